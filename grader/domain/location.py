"""A place in a submission."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Location:
    """A place in the submission: path from its root, and the line, counted from 1, where one is known."""

    path: str
    line: int | None = None

    def __str__(self) -> str:
        return self.path if self.line is None else f"{self.path}:{self.line}"
