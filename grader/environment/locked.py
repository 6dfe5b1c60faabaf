"""What is read from a lock, whoever reads it."""

from collections.abc import Mapping
from dataclasses import dataclass

LARGEST_BYTES = 4 << 20
RELOCK = "run `poetry lock` and commit poetry.lock"


@dataclass(frozen=True, slots=True)
class Lock:
    """What a lock asks for: ``requirements`` is a hash-pinned requirements text, valid only without ``problems``.

    ``packages`` are the versions locked, by normalised name, also of packages that other systems need.
    ``problems`` are sentences for the learner: what is wrong, where, and what to do.
    """

    requirements: str
    packages: Mapping[str, str]
    problems: tuple[str, ...]
