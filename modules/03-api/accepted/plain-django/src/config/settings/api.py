"""The HTTP API: its rates, and how long it remembers keys. `.env.example` explains them."""

import re
from typing import Any

from config.settings.environment import env
from django.core.exceptions import ImproperlyConfigured


def rate(text: str) -> str:
    """The rate, `number/period` or empty, if it is one."""
    text = text.strip()
    if text and not re.fullmatch(r"[0-9]+/(second|minute|hour|day)", text):
        raise ImproperlyConfigured(f"{text!r} is no rate: write number/period, as 120/minute.")
    return text


def whole(name: str, text: str, least: int) -> int:
    """The whole number, if it is one and not below the least."""
    if not re.fullmatch(r"[0-9]+", text.strip()) or int(text) < least:
        raise ImproperlyConfigured(f"{name} has to be a whole number from {least} on.")
    return int(text)


THROTTLE_BURST = rate(env.str("THROTTLE_BURST", default="120/minute"))
THROTTLE_ANON = rate(env.str("THROTTLE_ANON", default="2000/day"))
THROTTLE_USER = rate(env.str("THROTTLE_USER", default="20000/day"))
THROTTLE_SENSITIVE = rate(env.str("THROTTLE_SENSITIVE", default="30/minute"))

TRUSTED_PROXIES = whole("TRUSTED_PROXIES", env.str("TRUSTED_PROXIES", default="") or "0", 0)
IDEMPOTENCY_KEY_HOURS = whole("IDEMPOTENCY_KEY_HOURS", env.str("IDEMPOTENCY_KEY_HOURS", default="") or "24", 1)
IDEMPOTENCY_IN_FLIGHT_SECONDS = whole(
    "IDEMPOTENCY_IN_FLIGHT_SECONDS",
    env.str("IDEMPOTENCY_IN_FLIGHT_SECONDS", default="") or "60",
    1,
)

# The API is plain Django; the tests speak to it with REST framework's client.
REST_FRAMEWORK: dict[str, Any] = {"TEST_REQUEST_DEFAULT_FORMAT": "json"}
