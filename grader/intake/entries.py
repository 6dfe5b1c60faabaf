"""What a source of files offers: first the names of all, then the contents of those that are wanted."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from grader.domain.errors import SubmissionError


@dataclass(frozen=True, slots=True)
class Entry:
    """One name in a source. ``path`` is relative to the source, with ``/``, and still unchecked.

    ``size`` is what the source announces, in bytes; ``key`` is how the source finds it again. ``oddity`` tells why it
    is no plain file, as the end of a sentence ("it is a symbolic link"); such an entry has no contents.
    """

    path: str
    size: int = 0
    executable: bool = False
    key: str = ""
    oddity: str = ""


class Source(Protocol):
    """A submission before it is taken in. ``commit`` is its full hash where it came from a repository."""

    @property
    def commit(self) -> str | None:
        """The commit that is read, if it is one."""

    @property
    def entries(self) -> list[Entry]:
        """Every name, bounded in number; of two with one path the later counts, as when an archive is unpacked."""

    def contents(self, wanted: list[Entry]) -> Iterator[tuple[Entry, Iterable[bytes] | None]]:
        """Each wanted entry with its content in pieces, which are gone once the next entry is asked for.

        ``None`` stands in their place where the file cannot be opened any more.
        """


def too_much(what: str, where: str = "") -> SubmissionError:
    """What to raise when a bound is passed; ``what`` goes on from "the submission cannot be taken in:".

    ``where`` names the folders that are to blame, as the end of a sentence.
    """
    return SubmissionError(
        f"the submission cannot be taken in: {what}" + (f"; {where}" if where else ""),
        "Keep media, databases, environments and build results out of the repository (.gitignore), and submit again.",
    )
