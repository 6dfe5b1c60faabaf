"""Which fingerprints who shares: an inverted index on the disk, so that no two submissions are compared as texts."""

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

_BUCKETS = 64  # each is held in memory by itself
_SHIFT = 64 - 6
_AT_ONCE = 1 << 16  # numbers of a bucket that wait to be written


@dataclass(frozen=True, slots=True)
class Counted:
    """Of each submission, by its number, how many fingerprints are not ``common``, and of each two how many of those
    they share: ``shared`` has those of 0 and 1, of 0 and 2, of 1 and 2, of 0 and 3 …"""

    own: "array[int]"
    shared: "array[int]"
    common: frozenset[int]

    def pairs(self) -> Iterator[tuple[int, int, int]]:
        """Two numbers, the lower first, and how many they share: of all who share any."""
        place = 0
        for higher in range(len(self.own)):
            row = self.shared[place : place + higher]
            place += higher
            yield from ((lower, higher, count) for lower, count in enumerate(row) if count)


class Index:
    """The index, in an empty ``folder`` of its own."""

    def __init__(self, folder: Path) -> None:
        self._paths = [folder / f"{number:02d}" for number in range(_BUCKETS)]
        self._waiting = [array("Q") for _ in self._paths]

    def add(self, number: int, hashes: Iterable[int]) -> None:
        """The fingerprints of a submission, each once; numbers count from 0."""
        for value in hashes:
            bucket = self._waiting[value >> _SHIFT]
            bucket.append(value)
            bucket.append(number)
        for place, bucket in enumerate(self._waiting):
            if len(bucket) > _AT_ONCE:
                self._write(place)

    def _write(self, place: int) -> None:
        with self._paths[place].open("ab") as file:
            self._waiting[place].tofile(file)
        self._waiting[place] = array("Q")

    def count(self, size: int, most: int, step: Callable[[int, int], None] = lambda done, total: None) -> Counted:
        """Of so many submissions; what more than ``most`` of them have is common. ``step`` is told how far it is."""
        counted = Counted(array("I", bytes(4 * size)), array("I", bytes(2 * size * (size - 1))), frozenset())
        common: set[int] = set()
        for place in range(_BUCKETS):
            step(place, _BUCKETS)
            self._write(place)
            for value, numbers in self._bucket(place).items():
                if len(numbers) > most:
                    common.add(value)
                    continue
                _count(numbers, counted)
        return Counted(counted.own, counted.shared, frozenset(common))

    def _bucket(self, place: int) -> dict[int, list[int]]:
        found = array("Q")
        found.frombytes(self._paths[place].read_bytes())
        holders: defaultdict[int, list[int]] = defaultdict(list)
        for value, number in zip(found[::2], found[1::2], strict=True):
            holders[value].append(number)
        return holders


def _count(numbers: Sequence[int], counted: Counted) -> None:
    own, shared = counted.own, counted.shared
    ordered = sorted(numbers)
    for place, higher in enumerate(ordered):
        own[higher] += 1
        row = higher * (higher - 1) // 2
        for lower in ordered[:place]:
            shared[row + lower] += 1
