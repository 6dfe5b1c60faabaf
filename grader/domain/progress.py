"""What long work says of itself while it runs."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """What is being done now, in a few words; ``done`` of ``total`` parts, where ``total`` 0 means unknown."""

    text: str
    done: int = 0
    total: int = 0
