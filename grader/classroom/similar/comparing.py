"""Compares a class: everybody's latest attempt with everybody else's, whatever the course gave left out."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from grader.classroom.people import HandIn
from grader.classroom.similar.body import Body, load
from grader.classroom.similar.findings import Findings, Pair, clusters
from grader.classroom.similar.given import Given
from grader.classroom.similar.index import Counted, Index
from grader.classroom.similar.pairs import Likeness, compare
from grader.classroom.similar.readers import Readers
from grader.domain.errors import UsageError_
from grader.domain.progress import Progress
from grader.given.names import key

# Measured, see decision 0105: of honest solutions of this course none has more than 0.13 in another, of copies that
# were disguised none less than 0.45.
LEAST_SHARE = 0.3
LEAST_WORDS = 200  # of their own, in common: some fifty lines of which nobody had a draft
_COMMON_SHARE, _COMMON_LEAST, _COMMON_MOST = 0.1, 5, 40
_MOST_PAIRS = 500
_MOST_PEOPLE = 5_000
_ROUGHLY = 0.6  # fingerprints are a sample of the words: this much of a share is looked at


@dataclass(frozen=True, slots=True)
class Compared:
    """What was found, and how to get at the code of one of the people in it."""

    findings: Findings
    body: Callable[[str], Body]


def latest(hand_ins: Iterable[HandIn]) -> tuple[HandIn, ...]:
    """The last attempt of everybody, by student."""
    found: dict[str, HandIn] = {}
    for given in sorted(hand_ins, key=lambda one: one.attempt):
        found[key(given.student)] = given
    return tuple(found[name] for name in sorted(found))


def common_from(people: int) -> int:
    """From how many people on what they have in common is nobody's own: a tenth of the class, from 6 to 41."""
    return min(max(round(people * _COMMON_SHARE), _COMMON_LEAST), _COMMON_MOST) + 1


def compare_class(
    hand_ins: Sequence[HandIn],
    *,
    slug: str,
    given: Given,
    readers: Readers,
    progress: Callable[[Progress], None],
) -> Compared:
    """Compares these submissions, of as many different people.

    Raises:
        UsageError_: there are fewer than two, or more than can be compared at once.
    """
    if not 2 <= len(hand_ins) <= _MOST_PEOPLE:
        raise UsageError_(
            f"{len(hand_ins)} submissions cannot be compared with each other",
            f"Name a folder with 2 to {_MOST_PEOPLE:,} of different people.",
        )
    unread = readers.read(hand_ins, slug, given, _stepping(progress, "Reading submissions"))
    reading = _Class(hand_ins, readers.folder, unread)
    counted = reading.counted(_stepping(progress, "Looking for what they share"))
    alike = sorted(
        reading.alike(counted, progress), key=lambda pair: (-max(pair.left_share, pair.right_share), pair.left)
    )
    findings = Findings(
        assignment=slug,
        compared=len(hand_ins) - len(unread) - len(reading.small),
        least=LEAST_SHARE,
        common_from=common_from(len(hand_ins)),
        pairs=tuple(alike[:_MOST_PAIRS]),
        clusters=clusters(alike),
        small=tuple(hand_ins[n].student for n in sorted(reading.small)),
        unread={hand_ins[n].student: why for n, why in sorted(unread.items())},
        notes=reading.notes,
        more=max(len(alike) - _MOST_PAIRS, 0) + reading.passed_over,
    )
    numbers = {given.student: number for number, given in enumerate(hand_ins)}
    return Compared(findings, lambda student: reading.body(numbers[student]))


def _stepping(progress: Callable[[Progress], None], text: str) -> Callable[[int, int], None]:
    return lambda done, total: progress(Progress(text, done, total))


class _Class:
    """The bodies that were read, by their numbers; a few of them are in memory at a time."""

    def __init__(self, hand_ins: Sequence[HandIn], folder: Path, unread: Mapping[int, str]) -> None:
        self._hand_ins, self._folder = hand_ins, folder
        self._numbers = [n for n in range(len(hand_ins)) if n not in unread]
        self.small: set[int] = set()
        self.notes: dict[str, tuple[str, ...]] = {}
        self.passed_over = 0
        self.body = lru_cache(maxsize=16)(lambda number: load(folder / str(number)))

    def counted(self, step: Callable[[int, int], None]) -> Counted:
        room = self._folder / "index"
        room.mkdir()
        index = Index(room)
        for number in self._numbers:
            body = load(self._folder / str(number))
            if body.notes:
                self.notes[self._hand_ins[number].student] = body.notes
            if body.words < LEAST_WORDS:
                self.small.add(number)
            else:
                index.add(number, body.hashes())
        size = len(self._hand_ins)
        return index.count(size, common_from(size) - 1, step)

    def alike(self, counted: Counted, progress: Callable[[Progress], None]) -> Iterator[Pair]:
        """The pairs that are alike enough; of those that may be, the likeliest are looked at."""
        found = [
            (count / min(counted.own[lower], counted.own[higher]), lower, higher)
            for lower, higher, count in counted.pairs()
        ]
        likely = sorted(one for one in found if one[0] >= LEAST_SHARE * _ROUGHLY)
        likely.reverse()
        looked, left = likely[: 2 * _MOST_PAIRS], likely[2 * _MOST_PAIRS :]
        self.passed_over = len(left)
        for done, (_, lower, higher) in enumerate(sorted(looked, key=lambda one: one[1:]), 1):
            progress(Progress("Comparing those that share most", done, len(looked)))
            likeness = compare(self.body(lower), self.body(higher), counted.common)
            if likeness.share >= LEAST_SHARE and likeness.words >= LEAST_WORDS:
                yield self._pair(lower, higher, likeness)

    def _pair(self, lower: int, higher: int, likeness: Likeness) -> Pair:
        return Pair(
            self._hand_ins[lower].student,
            self._hand_ins[higher].student,
            round(likeness.left_share, 3),
            round(likeness.right_share, 3),
            likeness.words,
            likeness.regions,
        )
