# FILE SOLUTION 06
"""Secrets are stored encrypted: a stolen database alone gives nobody a second factor."""

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class UnreadableSecretError(Exception):
    """No key of today opens it."""


def encrypt(secret: bytes) -> str:
    """The secret under the first key."""
    return _fernet().encrypt(secret).decode()


def decrypt(text: str) -> bytes:
    """The secret, whichever of the keys it is under. Raises UnreadableSecretError."""
    try:
        return _fernet().decrypt(text)
    except InvalidToken as wrong:
        raise UnreadableSecretError("Set MFA_ENCRYPTION_KEYS as before.") from wrong


def _fernet() -> MultiFernet:
    """With MFA_ENCRYPTION_KEYS; without any, with a key made of each SECRET_KEY."""
    keys = settings.MFA_ENCRYPTION_KEYS
    if not keys:
        keys = [settings.SECRET_KEY, *map(str, settings.SECRET_KEY_FALLBACKS)]
    return MultiFernet([Fernet(_derived(key)) for key in keys])


def _derived(key: str) -> bytes:
    """32 bytes from a key of any length, of no use for anything else (RFC 5869)."""
    derivation = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"mfa.encryption")
    return urlsafe_b64encode(derivation.derive(key.encode()))
