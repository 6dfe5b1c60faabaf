"""Two submissions beside each other: how much of each one's own words is in the other, and where."""

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from grader.classroom.similar.body import Body, Source
from grader.classroom.similar.winnowing import WINDOW, K

_MOST_PLACES = 4  # of one fingerprint in one submission: what repeats itself is shown beside the first of them
Match = tuple[int, int, int, int]  # file and word on the left, file and word on the right


@dataclass(frozen=True, slots=True)
class Place:
    """Lines of a file, from ``first`` to ``last``, counted from 1."""

    path: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Region:
    """Two places with the same ``words``, but for the names in them."""

    left: Place
    right: Place
    words: int


@dataclass(frozen=True, slots=True)
class Likeness:
    """What two submissions have in common. Each share is of the words of that one's own, from 0 to 1; ``words`` are
    those of the left one that the right one has. The largest regions come first."""

    left_share: float
    right_share: float
    words: int
    regions: tuple[Region, ...]

    @property
    def share(self) -> float:
        """The greater of both: who took half of another's work and wrote as much again has all of that half."""
        return max(self.left_share, self.right_share)


def compare(left: Body, right: Body, common: Container[int] = frozenset()) -> Likeness:
    """Without what is ``common`` in the class, which is nobody's own either."""
    both = {value for value in left.hashes() & right.hashes() if value not in common}
    left_words, left_own = _covered(left, both, common)
    right_words, right_own = _covered(right, both, common)
    regions = sorted(_regions(left, right, both), key=lambda r: (-r.words, r.left.path, r.left.first))
    return Likeness(left_words / max(left_own, 1), right_words / max(right_own, 1), left_words, tuple(regions))


def _covered(body: Body, both: Container[int], common: Container[int]) -> tuple[int, int]:
    """How many own words lie under fingerprints that both have, and how many own words there are."""
    covered = own = 0
    for file in body.files:
        given, shared = bytearray(file.given), bytearray(len(file.given))
        for value, place in file.fingerprints():
            if value in common:
                given[place : place + K] = b"\1" * K
            elif value in both:
                shared[place : place + K] = b"\1" * K
        # Of two masks of ones and zeros, as one great number each: the words in the second and not in the first.
        mask, seen = int.from_bytes(given), int.from_bytes(shared)
        covered += (seen & ~mask).bit_count()
        own += given.count(0)
    return covered, own


def _regions(left: Body, right: Body, both: Container[int]) -> Iterator[Region]:
    """Matches one behind the other on both sides become one; each word of the left is shown in one region only."""
    runs = sorted(_runs(_matches(left, right, both)), key=lambda run: (run[0] - run[1], run[2]))
    lines = ([file.line_of() for file in left.files], [file.line_of() for file in right.files])
    taken = [bytearray(len(file.given)) for file in left.files]
    for first, last, (left_file, left_at, right_file, right_at) in runs:
        size = last - first + K
        mine = taken[left_file]
        if mine.count(0, left_at, left_at + size) * 2 < size:
            continue
        mine[left_at : left_at + size] = b"\1" * size
        yield Region(
            _place(left.files[left_file], lines[0][left_file], left_at, size),
            _place(right.files[right_file], lines[1][right_file], right_at, size),
            size,
        )


def _place(file: Source, line_of: "Iterable[int]", at: int, size: int) -> Place:
    lines = tuple(islice(line_of, at, at + size))
    return Place(file.path, min(lines), max(lines))


def _matches(left: Body, right: Body, both: Container[int]) -> Iterator[Match]:
    places: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    for number, file in enumerate(right.files):
        for value, place in file.fingerprints():
            if value in both and len(places[value]) < _MOST_PLACES:
                places[value].append((number, place))
    for number, file in enumerate(left.files):
        for value, place in file.fingerprints():
            if value in both:
                yield from ((number, place, *there) for there in places[value])


def _runs(matches: Iterable[Match]) -> Iterator[tuple[int, int, Match]]:
    """First and last word on the left, and where it begins on both sides: with nothing between that is not shared."""
    begun: tuple[int, int, Match] | None = None
    for match in sorted(matches, key=lambda m: (m[0], m[2], m[3] - m[1], m[1])):
        if begun is not None and _goes_on(begun, match):
            begun = (begun[0], match[1], begun[2])
            continue
        if begun is not None:
            yield begun
        begun = (match[1], match[1], match)
    if begun is not None:
        yield begun


def _goes_on(begun: tuple[int, int, Match], match: Match) -> bool:
    _, last, start = begun
    same = (start[0], start[2], start[3] - start[1]) == (match[0], match[2], match[3] - match[1])
    return same and match[1] - last <= K + WINDOW
