# FILE SOLUTION 04
"""Who may log in, with what, and for how long."""

from datetime import timedelta
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from config.settings.environment import env

# The first one hashes; a password hashed by another is hashed anew when its owner logs in.
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTHENTICATION_BACKENDS = [
    # BEGIN SOLUTION 06
    "anomalies.backends.BlockedBackend",
    # STUB
    # # TODO(06): whom an unusual log-in keeps out (brief, task 3).
    # END
    "axes.backends.AxesStandaloneBackend",  # asked first: whoever is locked out stays out
    "django.contrib.auth.backends.ModelBackend",
]

# So many wrong passwords for one name from one address lock that pair out for so long.
# By name alone, anybody could lock anybody out; by address alone, a whole office.
AXES_FAILURE_LIMIT = env.int("LOGIN_FAILURE_LIMIT", default=5)
AXES_COOLOFF_TIME = timedelta(
    seconds=env.float("LOGIN_LOCKOUT_SECONDS", default=15 * 60)
)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_CALLABLE = "authentication.lockout.attempted_username"
AXES_RESET_ON_SUCCESS = True
# Further attempts while locked out do not make it last longer: the owner gets in again.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_CLIENT_IP_CALLABLE = "authentication.lockout.attempting_client"
AXES_LOCKOUT_CALLABLE = "authentication.lockout.locked_out"
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "password", "new_password"]
AXES_DISABLE_ACCESS_LOG = True  # the audit log has it
AXES_VERBOSE = False

ACCESS_LIMIT = timedelta(minutes=15)
REFRESH_LIMIT = timedelta(days=1)
# Bytes that a shared key needs at least: as many as its hash has (RFC 7518, 3.2).
SHARED_KEY_BYTES = {"HS256": 32, "HS384": 48, "HS512": 64}
KEY_PAIRS = frozenset({"RS256", "ES256", "EdDSA"})

# How long somebody stays logged in by refreshing, however often.
SESSION_LIFETIME = timedelta(days=env.float("JWT_SESSION_DAYS", default=30))


def tokens(*, signing_key: str, secret_key: str) -> dict[str, Any]:
    """SIMPLE_JWT, with a key of its own. Raises ImproperlyConfigured if it would not be safe."""
    algorithm = env.str("JWT_ALGORITHM", default="HS256")
    verifying_key = env.str("JWT_VERIFYING_KEY", default="")
    _require_fit_keys(algorithm, signing_key, verifying_key, secret_key)
    return {
        "ALGORITHM": algorithm,
        "SIGNING_KEY": _pem(signing_key),
        "VERIFYING_KEY": _pem(verifying_key),
        "ISSUER": "publishing-platform",
        "AUDIENCE": "publishing-platform",
        "ACCESS_TOKEN_LIFETIME": _lifetime("JWT_ACCESS_MINUTES", 60, 10, ACCESS_LIMIT),
        "REFRESH_TOKEN_LIFETIME": _lifetime(
            "JWT_REFRESH_HOURS", 3600, 24, REFRESH_LIMIT
        ),
        "ROTATE_REFRESH_TOKENS": True,
        "BLACKLIST_AFTER_ROTATION": True,
    }


def _require_fit_keys(
    algorithm: str, signing_key: str, verifying_key: str, secret_key: str
) -> None:
    if algorithm not in SHARED_KEY_BYTES and algorithm not in KEY_PAIRS:
        known = ", ".join(sorted(SHARED_KEY_BYTES.keys() | KEY_PAIRS))
        raise ImproperlyConfigured(f"Set JWT_ALGORITHM to one of {known}.")
    if signing_key == secret_key:
        raise ImproperlyConfigured(
            "Set JWT_SIGNING_KEY to a key of its own, not SECRET_KEY."
        )
    if len(signing_key.encode()) < SHARED_KEY_BYTES.get(algorithm, 0):
        raise ImproperlyConfigured(
            f"Set JWT_SIGNING_KEY to at least {SHARED_KEY_BYTES[algorithm]} bytes."
        )
    if algorithm in KEY_PAIRS and not verifying_key:
        raise ImproperlyConfigured(
            f"Set JWT_VERIFYING_KEY to the public key: {algorithm} has two."
        )


def _pem(key: str) -> str:
    r"""A key as it is in a file; in a variable its lines may be joined by "\n"."""
    return key.replace("\\n", "\n")


def _lifetime(name: str, unit: int, default: float, limit: timedelta) -> timedelta:
    lifetime = timedelta(seconds=unit * env.float(name, default=default))
    if not timedelta(0) < lifetime <= limit:
        raise ImproperlyConfigured(f"Set {name} to more than 0, for at most {limit}.")
    return lifetime
