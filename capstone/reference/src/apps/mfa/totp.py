# FILE SOLUTION 06
"""Time-based one-time passwords, RFC 6238, as authenticator apps make them."""

import secrets
from base64 import b32encode
from typing import Final

from cryptography.hazmat.primitives.constant_time import bytes_eq
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

DIGITS: Final = 6
STEP_SECONDS: Final = 30
# Steps to either side: for clocks that differ, and the time that typing takes (RFC 6238, 5.2).
DRIFT: Final = 1
# As long as the hash, as RFC 4226 recommends (section 4, R6).
SECRET_BYTES: Final = 20


def new_secret() -> bytes:
    """A secret that nobody can guess."""
    return secrets.token_bytes(SECRET_BYTES)


def as_text(secret: bytes) -> str:
    """The secret as people type it into an app: Base32, 32 characters."""
    return b32encode(secret).decode()


def uri(secret: bytes, *, account: str, issuer: str) -> str:
    """The `otpauth://` address that apps read from a QR code."""
    made = _totp(secret).get_provisioning_uri(account, issuer)
    return made.replace(
        "+", "%20"
    )  # some apps show a space that is written as + as it stands


def code_at(secret: bytes, *, seconds: float) -> str:
    """The code at a moment, in seconds since 1970."""
    return _totp(secret).generate(seconds).decode()


def counter_of(secret: bytes, code: str, *, seconds: float, after: int) -> int | None:
    """Of which time step around this moment the code is, among those after a spent one; or None.

    Every step is compared, and each in constant time: how long it takes tells nothing.
    """
    now = int(seconds // STEP_SECONDS)
    given = code.encode("ascii", "replace")
    fitting = [
        counter
        for counter in range(now - DRIFT, now + DRIFT + 1)
        if bytes_eq(_totp(secret).generate(counter * STEP_SECONDS), given)
    ]
    return next((counter for counter in fitting if counter > after), None)


def looks_like_code(text: str) -> bool:
    """Whether it could be one: six digits of ASCII."""
    return len(text) == DIGITS and text.isascii() and text.isdigit()


def _totp(secret: bytes) -> TOTP:
    # SHA-1 as HMAC is not broken, and some apps ignore that an address asks for another hash.
    return TOTP(secret, DIGITS, SHA1(), STEP_SECONDS)  # noqa: S303  # nosec B303
