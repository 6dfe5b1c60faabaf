"""The environment as the settings see it. `.env.example` lists every variable."""

from pathlib import Path

import environ

ROOT = Path(__file__).resolve().parents[3]

env = environ.Env()
# TODO(01): a variable that is set must win over .env; here .env wins (brief, task 2).
env.read_env(ROOT / ".env", overwrite=True)


# TODO(01): write required(name): the value of a variable, or ImproperlyConfigured when it is
# missing or empty. The production layer needs it (brief, task 2).


def comma_separated(value: str) -> list[str]:
    """The non-empty parts of `a, b,c`."""
    return [part.strip() for part in value.split(",") if part.strip()]
