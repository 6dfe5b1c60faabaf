"""JSON Web Tokens made and read on the trusted side, with nothing but the standard library.

Checks forge tokens that no honest library makes, so headers, claims and signatures are put together by hand here. The
keys are those of one run; nothing of this is meant to protect anything.
"""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import count
from typing import Any

from grader.domain.words import bounded, words
from grader.stage.outcome import Failed

_HMACS = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}
# RFC 8017, 9.2: what stands before the hash, as DER, in a signature by RSASSA-PKCS1-v1_5 with SHA-256.
_SHA256 = bytes.fromhex("3031300d060960864801650304020105000420")
_RSA_ENCRYPTION = bytes.fromhex("300d06092a864886f70d0101010500")
_EXPONENT = 65_537
_MODULUS_BITS = 2048
_SMALL_PRIMES = [n for n in range(3, 2000, 2) if all(n % d for d in range(3, int(n**0.5) + 1, 2))]


@dataclass(frozen=True, slots=True)
class RsaPair:
    """A pair of RSA keys: numbers as in RFC 8017, and both as PEM."""

    n: int
    d: int
    private_pem: str
    public_pem: str

    def sign(self, text: bytes) -> bytes:
        """The signature of RS256."""
        length = _MODULUS_BITS // 8
        return pow(int.from_bytes(self._padded(text, length), "big"), self.d, self.n).to_bytes(length, "big")

    def verifies(self, text: bytes, signature: bytes) -> bool:
        """Whether it is this pair's signature of RS256 of the text."""
        length = _MODULUS_BITS // 8
        found = pow(int.from_bytes(signature, "big"), _EXPONENT, self.n).to_bytes(length, "big")
        return found == self._padded(text, length)

    @staticmethod
    def _padded(text: bytes, length: int) -> bytes:
        digest = _SHA256 + hashlib.sha256(text).digest()
        return b"\x00\x01" + b"\xff" * (length - len(digest) - 3) + b"\x00" + digest


type Key = str | bytes | RsaPair


@cache
def rsa_pair(number: int = 0) -> RsaPair:
    """A pair, made once in a process for each number; takes about a second."""
    while True:
        p, q = _prime(_MODULUS_BITS // 2), _prime(_MODULUS_BITS // 2)
        n, phi = p * q, (p - 1) * (q - 1)
        if n.bit_length() == _MODULUS_BITS and phi % _EXPONENT:
            break
    d = pow(_EXPONENT, -1, phi)
    numbers = (0, n, _EXPONENT, d, p, q, d % (p - 1), d % (q - 1), pow(q, -1, p))
    private = _tlv(0x30, b"".join(map(_integer, numbers)))
    public = _tlv(0x30, _integer(n) + _integer(_EXPONENT))
    subject = _tlv(0x30, _RSA_ENCRYPTION + _tlv(0x03, b"\x00" + public))
    wrapped = _tlv(0x30, _integer(0) + _RSA_ENCRYPTION + _tlv(0x04, private))
    return RsaPair(n, d, _pem("PRIVATE KEY", wrapped), _pem("PUBLIC KEY", subject))


@dataclass(frozen=True, slots=True)
class Jwt:
    """A token as it was read: ``header`` and ``claims``. Whether its signature holds is another question."""

    text: str
    header: dict[str, Any]
    claims: dict[str, Any]

    def is_signed_by(self, key: Key) -> bool:
        """Whether the signature is that of the algorithm in its header by this key."""
        begin, _, signature = self.text.rpartition(".")
        algorithm = str(self.header.get("alg"))
        try:
            if isinstance(key, RsaPair):
                return algorithm == "RS256" and key.verifies(begin.encode(), _decoded(signature))
            return algorithm in _HMACS and hmac.compare_digest(sign(begin, key, algorithm), signature)
        except (TypeError, ValueError, OverflowError):  # the text may hold anything
            return False


def read_jwt(text: Any) -> Jwt:
    """Reads a token without looking at its signature; fails the check if it is none."""
    try:
        header, claims, _ = str(text).split(".")
        parts = [json.loads(_decoded(part)) for part in (header, claims)]
    except (ValueError, RecursionError):
        parts = [None, None]
    if not isinstance(text, str) or not all(isinstance(part, dict) for part in parts):
        raise Failed("a signed JSON Web Token: three parts with dots between them", bounded(words(text), 80))
    return Jwt(text, parts[0], parts[1])


def _compact(value: Mapping[str, Any]) -> bytes:
    """JSON as libraries write it in a token: nobody shall know ours by its white space."""
    return json.dumps(value, separators=(",", ":")).encode()


def make_jwt(
    claims: Mapping[str, Any] | bytes, key: Key, algorithm: str = "HS256", *, header: Mapping[str, Any] | None = None
) -> str:
    """A token that says so, signed by ``algorithm``: HS256, HS384, HS512, RS256 or ``none``, whose signature is empty.

    ``header`` comes on top of ``alg`` and ``typ``, and may say another ``alg`` than the one that signed. ``claims`` are
    taken as they are if they are bytes.
    """
    payload = claims if isinstance(claims, bytes) else _compact(dict(claims))
    head = _compact({"alg": algorithm, "typ": "JWT", **(header or {})})
    begin = f"{_encoded(head)}.{_encoded(payload)}"
    return f"{begin}.{sign(begin, key, algorithm)}"


def sign(begin: str, key: Key, algorithm: str) -> str:
    """The last part of a token that begins so."""
    if algorithm.lower() == "none":
        return ""
    if isinstance(key, RsaPair):
        return _encoded(key.sign(begin.encode()))
    secret = key.encode() if isinstance(key, str) else key
    return _encoded(hmac.new(secret, begin.encode(), _HMACS[algorithm]).digest())


def new_claims(claims: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    """Claims with these changed, or left out where the change is ``...``."""
    return {name: value for name, value in {**claims, **changes}.items() if value is not ...}


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _prime(bits: int) -> int:
    """A number that is prime but for a chance of 4 ** -20. Its two highest bits are set."""
    start = secrets.randbits(bits) | 3 << bits - 2 | 1
    for candidate in count(start, 2):
        if all(candidate % small for small in _SMALL_PRIMES) and _is_probable_prime(candidate):
            return candidate
    raise AssertionError("numbers do not end")


def _is_probable_prime(n: int) -> bool:
    """The test of Miller and Rabin, with twenty drawn bases."""
    odd, twos = n - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for _ in range(20):
        x = pow(secrets.randbelow(n - 3) + 2, odd, n)
        if x in (1, n - 1):
            continue
        for _ in range(twos - 1):
            x = x * x % n
            if x == n - 1:
                break
        else:
            return False
    return True


def _tlv(tag: int, body: bytes) -> bytes:
    """One value of DER."""
    size = len(body)
    if size < 0x80:
        return bytes((tag, size)) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + body


def _integer(value: int) -> bytes:
    return _tlv(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def _pem(name: str, der: bytes) -> str:
    text = base64.b64encode(der).decode()
    lines = [text[begin : begin + 64] for begin in range(0, len(text), 64)]
    return "\n".join([f"-----BEGIN {name}-----", *lines, f"-----END {name}-----", ""])
