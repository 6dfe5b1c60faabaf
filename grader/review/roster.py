"""Who may review: the names of a roster."""

import difflib
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from grader.given.roster import read_names


class Roster:
    """Names that are known, whatever their capitals and blanks."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = {_folded(name): name for name in names if name.strip()}

    def __contains__(self, name: str) -> bool:
        return _folded(name) in self._names

    def __len__(self) -> int:
        return len(self._names)

    def near(self, name: str) -> str:
        """The name that was meant, as far as can be seen; "" if none is near."""
        found = difflib.get_close_matches(_folded(name), self._names, 1, 0.75)
        return self._names[found[0]] if found else ""


def read_roster(path: Path) -> Roster:
    """The names in this file. Raises ``UsageError_`` as ``read_names`` does."""
    return Roster(read_names(path))


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
