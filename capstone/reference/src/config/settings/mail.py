# FILE SOLUTION 05
"""The mail server. Only workers talk to it."""

from typing import Any

from config.settings.environment import env

DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="platform@localhost")
MAIL_DOMAIN = DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")


EMAIL_HOST_NAME = env.str("EMAIL_HOST", default="")


def smtp(host: str) -> dict[str, Any]:
    """MAILERS for a server."""
    options = {
        "host": host,
        "port": env.int("EMAIL_PORT", default=587),
        "username": env.str("EMAIL_HOST_USER", default=""),
        "password": env.str("EMAIL_HOST_PASSWORD", default=""),
        "use_tls": env.bool("EMAIL_USE_TLS", default=True),
        # A server that does not answer is a reason to retry, not to wait.
        "timeout": env.float("EMAIL_TIMEOUT_SECONDS", default=10),
    }
    backend = "django.core.mail.backends.smtp.EmailBackend"
    return {"default": {"BACKEND": backend, "OPTIONS": options}}


PRINTED = {"default": {"BACKEND": "django.core.mail.backends.console.EmailBackend"}}
MAILERS = smtp(EMAIL_HOST_NAME) if EMAIL_HOST_NAME else PRINTED
