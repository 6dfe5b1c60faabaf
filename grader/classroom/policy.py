"""What an instructor lays down for a class: the deadline, what lateness costs, extensions, and how attempts count.

Points are decimal numbers, rounded to hundredths, halves upwards.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

_HUNDREDTH = Decimal("0.01")
_FIRST_YEAR, _LAST_YEAR = 1970, 9000


@dataclass(frozen=True, slots=True)
class Late:
    """What lateness costs: for each unit of time that has begun ``points``, and ``percent`` of what can be had.

    ``most`` bounds the whole in percent of what can be had. What comes ``closes_after`` the deadline is worth nothing;
    ``None`` for never.
    """

    unit: timedelta = timedelta(days=1)
    points: Decimal = Decimal(0)
    percent: Decimal = Decimal(0)
    most: Decimal = Decimal(100)
    closes_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules of a class. ``extensions`` are deadlines by student; times have a zone.

    Of the attempts after ``most_attempts`` none counts; ``None`` for no limit. ``count`` says which of the others does.
    """

    deadline: datetime | None = None
    grace: timedelta = timedelta()
    late: Late = field(default_factory=Late)
    extensions: Mapping[str, datetime] = field(default_factory=dict)
    most_attempts: int | None = None
    count: Literal["best", "latest"] = "best"

    def deadline_of(self, student: str) -> datetime | None:
        """The deadline that holds for this student: the later of the common one and an extension."""
        own = self.extensions.get(student)
        return max(filter(None, (own, self.deadline)), default=None)

    def lateness(self, student: str, submitted_at: datetime | None) -> timedelta:
        """How late it was handed in. Within the grace, and where nobody knows when it was, not at all."""
        deadline = self.deadline_of(student)
        if deadline is None or submitted_at is None:
            return timedelta()
        # In UTC: in one zone Python subtracts what clocks show, and forgets the hour that they are put back.
        late = submitted_at.astimezone(UTC) - deadline.astimezone(UTC)
        return late if late > self.grace else timedelta()

    def penalty(self, late: timedelta, score: Decimal, max_score: Decimal) -> Decimal:
        """What is taken off a score for that lateness; never more than there is."""
        if late <= timedelta():
            return Decimal(0)
        if self.late.closes_after is not None and late > self.late.closes_after:
            return score
        begun = -(-late // self.late.unit)
        each = self.late.points + self.late.percent * max_score / 100
        return min(rounded(each * begun), rounded(self.late.most * max_score / 100), score)

    def counted(self, attempts: Iterable[int]) -> tuple[int, ...]:
        """The numbers of the attempts that may count, in their order."""
        return tuple(sorted(attempts)[: self.most_attempts])


def is_dated(time: datetime) -> bool:
    """Whether it is a time of this world: what lies a day from the first or the last year cannot be counted with."""
    return _FIRST_YEAR <= time.year <= _LAST_YEAR


def rounded(points: Decimal) -> Decimal:
    """To hundredths, halves upwards."""
    return points.quantize(_HUNDREDTH, ROUND_HALF_UP)


def plain(points: Decimal) -> str:
    """Without zeros at its end: ``87.5``, ``90``."""
    text = f"{rounded(points) + 0:f}"  # no zero has a sign
    return text.rstrip("0").rstrip(".")
