"""What a comparison of a class found, as it is written to `similar.json`; it is for staff alone."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from grader.classroom.similar.pairs import Place, Region
from grader.domain.errors import UsageError_

FILE_NAME = "similar.json"
VERSION = 1


class Pair(msgspec.Struct, frozen=True):
    """Two people's submissions to be read side by side; the first is who has more of its words in the other's.

    Shares are from 0 to 1, of the words of each one's own that the other has; ``words`` are those of the left.
    """

    left: str
    right: str
    left_share: float
    right_share: float
    words: int
    regions: tuple[Region, ...] = ()


class Findings(msgspec.Struct, frozen=True, kw_only=True):
    """Of so many ``compared`` submissions those ``pairs`` of which one has at least ``least`` (a share) in the other.

    ``clusters`` are the people that pairs connect, of three or more. ``small`` have too little of their own to say
    anything; ``unread`` could not be read, and why; ``notes`` are sentences on files that were left out, by person.
    ``more`` counts pairs that are not among ``pairs``, for there were too many. What ``common_from`` people or more
    have in common counts as given.
    """

    version: int = VERSION
    assignment: str
    compared: int
    least: float
    common_from: int
    pairs: tuple[Pair, ...] = ()
    clusters: tuple[tuple[str, ...], ...] = ()
    small: tuple[str, ...] = ()
    unread: Mapping[str, str] = msgspec.field(default_factory=dict)
    notes: Mapping[str, tuple[str, ...]] = msgspec.field(default_factory=dict)
    more: int = 0


def stored(folder: Path) -> Findings | None:
    """What was found in the class of this folder, or ``None`` where it was not compared.

    Raises:
        UsageError_: the file is damaged, or of another version.
    """
    path = folder / FILE_NAME
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Findings)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError) as problem:
        raise UsageError_(
            f"{path} cannot be read: {problem}", "Delete it, and compare again: grader similar."
        ) from None
    if found.version != VERSION:
        raise UsageError_(f"{path} is of version {found.version}", "Delete it, and compare again: grader similar.")
    return found


def encoded(findings: Findings) -> str:
    """The findings as JSON."""
    return msgspec.json.format(msgspec.json.encode(findings), indent=1).decode()


def clusters(pairs: Iterable[Pair]) -> tuple[tuple[str, ...], ...]:
    """The people that pairs connect, where they are three or more; the largest first."""
    above: dict[str, str] = {}

    def root(name: str) -> str:
        while (higher := above.setdefault(name, name)) != name:
            above[name] = name = above[higher]
        return name

    for pair in pairs:
        above[root(pair.left)] = root(pair.right)
    groups: dict[str, list[str]] = {}
    for name in above:
        groups.setdefault(root(name), []).append(name)
    found: Sequence[tuple[str, ...]] = [tuple(sorted(group)) for group in groups.values() if len(group) > 2]
    return tuple(sorted(found, key=lambda group: (-len(group), group)))


__all__ = ["FILE_NAME", "VERSION", "Findings", "Pair", "Place", "Region", "clusters", "encoded", "stored"]
