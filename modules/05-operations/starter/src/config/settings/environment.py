"""The environment as the settings see it. `.env.example` lists every variable."""

from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parents[3]

env = environ.Env()
env.read_env(ROOT / ".env")  # supplies what the environment lacks, never overrides it


def required(name: str) -> str:
    """The variable's value; ImproperlyConfigured when it is missing or empty.

    Taken as it stands: django-environ would read a secret that begins with "$" as the name of
    another variable.
    """
    value = str(env.ENVIRON.get(name, "")).strip()
    if not value:
        raise ImproperlyConfigured(
            f"Set the environment variable {name}: there is no default."
        )
    return value


def comma_separated(value: str) -> list[str]:
    """The non-empty parts of `a, b,c`."""
    return [part.strip() for part in value.split(",") if part.strip()]
