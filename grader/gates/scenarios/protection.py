"""What protects a project from a failure, and how it is taken away."""

from collections.abc import Iterable
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Protection:
    """A place in a file, from offset ``start`` to ``end``, that protects from ``scenario``; without it stands ``new``.

    ``line`` and ``last`` are its first and last line, ``what`` is what is done to it, as a clause. ``function`` is the
    qualified name of the function that it is in; "" where it is declared: then the project has to be imported anew.
    """

    scenario: str
    path: str
    line: int
    last: int
    start: int
    end: int
    new: str
    function: str
    what: str

    def removed(self, text: str) -> str:
        """The file without it."""
        return text[: self.start] + self.new + text[self.end :]

    def at(self, line: int) -> "Protection":
        """It, seen from another of its lines."""
        return replace(self, line=line)


def all_removed(text: str, protections: Iterable[Protection]) -> str:
    """A file without any of these; of two that overlap the first in the text goes."""
    kept: list[Protection] = []
    for each in sorted(set(protections), key=lambda each: (each.start, each.end, each.new)):
        if not kept or (each.start >= kept[-1].end and each.start != kept[-1].start):
            kept.append(each)
    for each in reversed(kept):
        text = each.removed(text)
    return text
