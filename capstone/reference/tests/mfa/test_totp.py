# FILE SOLUTION 06
"""Codes as RFC 6238 has them."""

from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from mfa.totp import as_text, code_at, counter_of, looks_like_code, new_secret, uri

# Appendix B, whose codes have eight digits: ours are their last six.
SECRET = b"12345678901234567890"
VECTORS = {
    59: "94287082",
    1111111109: "07081804",
    1111111111: "14050471",
    1234567890: "89005924",
    2000000000: "69279037",
    20000000000: "65353130",
}
NOW = 1111111109
COUNTER = NOW // 30


@pytest.mark.parametrize(("seconds", "code"), VECTORS.items())
def test_the_vectors_of_the_rfc(seconds: int, code: str) -> None:
    assert code_at(SECRET, seconds=seconds) == code[-6:]


@pytest.mark.parametrize(
    ("steps", "is_right"),
    [(-2, False), (-1, True), (0, True), (1, True), (2, False), (100, False)],
)
def test_one_step_to_either_side_is_right(steps: int, is_right: bool) -> None:
    code = code_at(SECRET, seconds=NOW + 30 * steps)
    found = counter_of(SECRET, code, seconds=NOW, after=-1)
    assert found == (COUNTER + steps if is_right else None)


@pytest.mark.parametrize(
    ("after", "is_right"), [(COUNTER - 1, True), (COUNTER, False), (COUNTER + 1, False)]
)
def test_a_step_that_is_spent_is_not_right_again(after: int, is_right: bool) -> None:
    code = code_at(SECRET, seconds=NOW)
    found = counter_of(SECRET, code, seconds=NOW, after=after)
    assert (found is not None) == is_right


NO_CODES = ["", "08180", "0818040", "-81804", "0x1804", "081804\0", "08180\u0664"]


@pytest.mark.parametrize("code", NO_CODES)
def test_what_is_no_code_is_not_right(code: str) -> None:
    assert counter_of(SECRET, code, seconds=NOW, after=-1) is None
    assert not looks_like_code(code)


def test_an_app_can_read_the_address() -> None:
    parts = urlsplit(uri(SECRET, account="ann@example.org", issuer="Our place"))
    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    assert unquote(parts.path) == "/Our place:ann@example.org"
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    assert query["secret"] == as_text(SECRET)
    assert (query["digits"], query["period"]) == ("6", "30")
    assert query["issuer"] == "Our place"
    assert "+" not in parts.query


def test_secrets_are_long_and_all_different() -> None:
    made = {new_secret() for _ in range(100)}
    assert len(made) == 100
    assert {len(secret) * 8 for secret in made} == {160}
