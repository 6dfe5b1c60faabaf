"""How many names a source may have, and which folders are to blame where they are too many or too large."""

from collections import Counter
from collections.abc import Iterable

from grader.domain.errors import SubmissionError
from grader.intake.entries import Entry, too_much
from grader.intake.names import shown

_MOST = 3
_NEARLY_ALL = 0.8
_NEARLY_NOTHING = 0.02


def bounded(entries: Iterable[Entry], most: int) -> list[Entry]:
    """At most so many entries; ``SubmissionError`` as soon as there is one more, whatever would follow."""
    found: list[Entry] = []
    for entry in entries:
        if len(found) >= most:
            raise too_many_names(found, most)
        found.append(entry)
    return found


def too_many_names(found: Iterable[Entry], most: int) -> SubmissionError:
    """What to raise when there are more than ``most``, of which ``found`` are some."""
    named = ", ".join(f"{shown(folder)}/" for folder, _ in _worst(found, by_size=False))
    return too_much(f"it has more than {most:,} files and folders", f"most of them lie in {named}" if named else "")


def largest(entries: Iterable[Entry], *, by_size: bool) -> str:
    """The end of a sentence that names the largest folders, such as "most of it lies in media/ (81 MB)"."""
    named = [f"{shown(folder)}/ ({_measure(weight, by_size)})" for folder, weight in _worst(entries, by_size=by_size)]
    return f"most of it lies in {', '.join(named)}" if named else "all of it lies in one folder"


def _worst(entries: Iterable[Entry], *, by_size: bool) -> list[tuple[str, int]]:
    """The folders that hold most, with what they hold, the heaviest first; none that hardly matters."""
    weights: Counter[str] = Counter()
    inside: dict[str, set[str]] = {}
    for entry in entries:
        folder = entry.path.rpartition("/")[0]
        weights[folder] += entry.size if by_size else 1
        while folder:
            above = folder.rpartition("/")[0]
            inside.setdefault(above, set()).add(folder)
            folder = above
    total = _Totals(weights, inside)
    worst = sorted(total.spread(""), key=lambda folder: (-total.of(folder), folder))[:_MOST]
    to_blame = _NEARLY_NOTHING * sum(weights.values())
    return [(folder, total.of(folder)) for folder in worst if total.of(folder) > to_blame]


class _Totals:
    """Folders with all that lies below them."""

    def __init__(self, weights: Counter[str], inside: dict[str, set[str]]) -> None:
        self._inside, self._known = inside, dict(weights)
        for folder in sorted(weights, key=lambda folder: -folder.count("/")):
            while folder:
                above = folder.rpartition("/")[0]
                self._known[above] = self._known.get(above, 0) + weights[folder]
                folder = above

    def of(self, folder: str) -> int:
        """Bytes or files in the folder and below it."""
        return self._known.get(folder, 0)

    def spread(self, folder: str) -> list[str]:
        """The folders in this one; in place of one that has nearly all in a single folder, that."""
        return [self._narrowed(inner) for inner in self._inside.get(folder, ())]

    def _narrowed(self, folder: str) -> str:
        while inner := self._inside.get(folder):
            heaviest = max(inner, key=self.of)
            if self.of(heaviest) < _NEARLY_ALL * self.of(folder):
                return folder
            folder = heaviest
        return folder


def _measure(weight: int, by_size: bool) -> str:
    return f"{weight / (1 << 20):,.0f} MB" if by_size else f"{weight:,} files"
