"""JSON Web Tokens made by hand: they are what libraries read and make, and forgeries are none."""

import base64
import json
import subprocess
from pathlib import Path

import pytest

from grader.checkpoint import Failed, make_jwt, new_claims, read_jwt, rsa_pair

# RFC 7515, appendix A.1: the key, and a token that was signed with it by HS256.
RFC_KEY = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"
RFC_TOKEN = (
    "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9"
    ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
)


def test_the_token_of_the_standard_is_read() -> None:
    token = read_jwt(RFC_TOKEN)
    assert token.claims["iss"] == "joe"
    assert token.is_signed_by(base64.urlsafe_b64decode(RFC_KEY + "=="))
    assert not token.is_signed_by("another key")


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
def test_what_was_signed_is_read_and_only_with_that_key(algorithm: str) -> None:
    token = read_jwt(make_jwt({"sub": "1"}, "k" * 64, algorithm))
    assert (token.header["alg"], token.claims) == (algorithm, {"sub": "1"})
    assert token.is_signed_by("k" * 64)
    assert not token.is_signed_by("l" * 64)


def test_a_header_may_lie_about_the_algorithm() -> None:
    token = read_jwt(make_jwt({}, "k" * 64, "HS256", header={"alg": "HS512", "kid": "x"}))
    assert token.header == {"alg": "HS512", "typ": "JWT", "kid": "x"}
    assert not token.is_signed_by("k" * 64)


def test_without_a_signature_nothing_is_signed() -> None:
    text = make_jwt({}, "", "none")
    assert text.endswith(".")
    assert not read_jwt(text).is_signed_by("")


@pytest.mark.parametrize("text", ["", "a.b", "a.b.c", "e30.W10.", None, 5, "\u00e9.e30.x"])
def test_what_is_no_token_fails_the_check(text: object) -> None:
    with pytest.raises(Failed, match="a signed JSON Web Token"):
        read_jwt(text)


def test_claims_are_changed_and_left_out() -> None:
    assert new_claims({"a": 1, "b": 2}, b=..., c=3) == {"a": 1, "c": 3}


def test_a_pair_signs_and_another_one_does_not() -> None:
    token = read_jwt(make_jwt({"sub": "1"}, rsa_pair(), "RS256"))
    assert rsa_pair() is rsa_pair()
    assert token.is_signed_by(rsa_pair())
    assert not token.is_signed_by(rsa_pair(1))
    assert not token.is_signed_by(rsa_pair().public_pem)


def test_openssl_takes_the_keys_and_verifies_the_signature(tmp_path: Path) -> None:
    pair, begin = rsa_pair(), b"a.b"
    for name, content in {"private": pair.private_pem.encode(), "public": pair.public_pem.encode()}.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "signature").write_bytes(pair.sign(begin))
    words = ["openssl", "dgst", "-sha256", "-verify", "public", "-signature", "signature"]
    said = subprocess.run(words, input=begin, capture_output=True, cwd=tmp_path, check=False)
    assert b"Verified OK" in said.stdout, said.stderr
    words = ["openssl", "rsa", "-in", "private", "-check", "-noout"]
    said = subprocess.run(words, capture_output=True, cwd=tmp_path, check=False)
    assert b"RSA key ok" in said.stdout + said.stderr, said.stderr


def test_claims_may_be_any_bytes() -> None:
    payload = make_jwt(b"[1]", "k" * 32).split(".")[1]
    assert json.loads(base64.urlsafe_b64decode(payload + "==")) == [1]


def test_a_token_is_written_as_libraries_write_it() -> None:
    """Else a project could tell ours by their white space, and look at signatures only there."""
    header, claims, _ = (base64.urlsafe_b64decode(part + "==") for part in make_jwt({"a": [1, 2]}, "k" * 64).split("."))
    assert (header, claims) == (b'{"alg":"HS256","typ":"JWT"}', b'{"a":[1,2]}')
