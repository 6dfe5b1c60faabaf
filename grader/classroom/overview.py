"""What a class as a whole shows: how scores are spread, and which criteria are hard or tell learners apart."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import sqrt
from statistics import fmean, median
from urllib.parse import quote

from grader.classroom.appeals import Effect, Round
from grader.classroom.files import folder_name
from grader.classroom.gradebook import Grade
from grader.classroom.records import Entry
from grader.domain.course import Module
from grader.domain.result import Result
from grader.domain.status import Status
from grader.given.names import key

_BINS = 10
_FEWEST = 5  # grades, before a correlation says anything
_SLOWEST = 10


@dataclass(frozen=True, slots=True)
class Seen:
    """Of one attempt: by criterion and gate its status, and how many points each gave."""

    statuses: Mapping[str, Status]
    points: Mapping[str, int]
    seconds: float

    @property
    def score(self) -> int:
        """All of its points."""
        return sum(self.points.values())


class Collector:
    """Keeps what the page needs of each result that passes by, and not the result."""

    def __init__(self) -> None:
        self.seen: dict[tuple[str, int], Seen] = {}

    def see(self, entry: Entry, result: Result) -> None:
        """Called with every attempt that was measured."""
        names = [c.id for c in result.criteria] + [g.metric for g in result.gates]
        self.seen[key(entry.student), entry.attempt] = Seen(
            dict(zip(names, (s.status for s in result.scored), strict=True)),
            dict(zip(names, (s.score for s in result.scored), strict=True)),
            result.provenance.duration_s,
        )


@dataclass(frozen=True, slots=True)
class Item:
    """A criterion or a gate over the class: of ``seen`` grades it passed in ``passed``.

    ``discrimination`` is the correlation of passing it with the other points, from -1 to 1; ``None`` where it says
    nothing: among few, or where all or none pass.
    """

    id: str
    title: str
    points: int
    passed: int
    seen: int
    discrimination: float | None

    @property
    def note(self) -> str:
        """What an author should look at."""
        if self.seen >= _FEWEST and self.passed in (0, self.seen):
            return "everybody passes" if self.passed else "nobody passes"
        if self.discrimination is not None and self.discrimination < 0:
            return "those with fewer points pass it more often"
        return ""


@dataclass(frozen=True, slots=True)
class Row:
    """Somebody in the class, with the statuses in the order of the items; ``report`` is an address from the page."""

    id: str
    name: str
    status: str
    score: Decimal | None
    max_score: int
    reason: str
    notes: tuple[str, ...]
    statuses: tuple[Status | None, ...]
    report: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Overview:
    """The whole page as data. ``bins`` are how many scores lie in each tenth of what can be had.

    ``appeals`` have the scores that moved because of them; ``changes`` are all that moved, the last ones first.
    """

    title: str
    number: str
    counts: Mapping[str, int]
    mean: float | None
    middle: float | None
    met: int
    bins: tuple[int, ...]
    criteria: tuple[Item, ...]
    rows: tuple[Row, ...]
    slowest: tuple[Row, ...]
    appeals: tuple[Effect, ...] = ()
    changes: tuple[Round, ...] = ()


def overview(
    module: Module,
    grades: Sequence[Grade],
    seen: Mapping[tuple[str, int], Seen],
    appeals: tuple[Effect, ...] = (),
    changes: tuple[Round, ...] = (),
) -> Overview:
    """Of a class, by its grades and what was seen of the attempts that count."""
    of = {g.student.id: seen.get((key(g.student.id), g.attempt.number)) for g in grades}
    names = [(c.id, c.title, c.points) for c in module.criteria] + [(g.metric, g.title, g.points) for g in module.gates]
    graded = [found for g in grades if g.attempt.raw is not None and (found := of[g.student.id]) is not None]
    rows = tuple(_row(g, of[g.student.id], [name for name, _, _ in names]) for g in grades)
    scores = [(g.score, g.max_score) for g in grades if g.score is not None]
    plain = [float(score) for score, _ in scores]
    return Overview(
        title=f"Module {module.number:02d} · {module.title}",
        number=f"{module.number:02d}",
        counts=Counter(g.status for g in grades),
        mean=fmean(plain) if plain else None,
        middle=median(plain) if plain else None,
        met=sum(g.attempt.met for g in grades),
        bins=_bins(scores),
        criteria=tuple(_item(*name, graded) for name in names),
        rows=rows,
        slowest=tuple(sorted(rows, key=lambda row: -row.seconds)[:_SLOWEST]),
        appeals=appeals,
        changes=changes[::-1],
    )


def _row(grade: Grade, seen: Seen | None, names: list[str]) -> Row:
    folder = f"feedback/{quote(folder_name(grade.student.id))}"
    attempt = grade.attempt.number
    return Row(
        id=grade.student.id,
        name=grade.student.shown,
        status=grade.status,
        score=grade.score,
        max_score=grade.max_score,
        reason=grade.attempt.reason,
        notes=grade.notes,
        statuses=tuple(seen.statuses.get(name) if seen else None for name in names),
        report="" if seen is None else f"{folder}/{'' if attempt == 1 else f'attempt-{attempt}/'}report.html",
        seconds=seen.seconds if seen else 0.0,
    )


def _bins(scores: Sequence[tuple[Decimal, int]]) -> tuple[int, ...]:
    found = Counter(min(int(score * _BINS / (most or 1)), _BINS - 1) for score, most in scores)
    return tuple(found[number] for number in range(_BINS))


def _item(name: str, title: str, points: int, graded: Sequence[Seen]) -> Item:
    judged = [s for s in graded if s.statuses.get(name) in (Status.PASSED, Status.FAILED, Status.BLOCKED)]
    passing = [float(s.statuses[name] is Status.PASSED) for s in judged]
    others = [float(s.score - s.points[name]) for s in judged]
    return Item(name, title, points, int(sum(passing)), len(judged), _correlation(passing, others))


def _correlation(left: Sequence[float], right: Sequence[float]) -> float | None:
    if len(left) < _FEWEST:
        return None
    of_left, of_right = fmean(left), fmean(right)
    across = sum((a - of_left) * (b - of_right) for a, b in zip(left, right, strict=True))
    both = sqrt(sum((a - of_left) ** 2 for a in left) * sum((b - of_right) ** 2 for b in right))
    return round(across / both, 2) if both else None
