# FILE SOLUTION 06
"""Recovery codes: for whoever has lost the telephone with the second factor."""

import secrets
from base64 import b32encode
from hashlib import sha256
from typing import Final

CODES: Final = 10
# 120 bits: at 112 or more a plain hash protects them, as slow ones protect passwords (NIST SP
# 800-63B, 5.1.2.2).
CODE_BYTES: Final = 15
GROUP: Final = 4


def new_codes() -> list[str]:
    """As they are shown, once: ten codes of six groups of four letters and digits."""
    return [
        _grouped(b32encode(secrets.token_bytes(CODE_BYTES)).decode())
        for _ in range(CODES)
    ]


def digest_of(code: str) -> str:
    """What is stored of a code, however it was typed: SHA-256 in hexadecimal digits."""
    plain = "".join(code.upper().replace("-", "").split())
    return sha256(plain.encode()).hexdigest()


def _grouped(code: str) -> str:
    return "-".join(code[at : at + GROUP] for at in range(0, len(code), GROUP))
