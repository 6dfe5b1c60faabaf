"""What the journal gives back: the last outcome of each hand-in, and the scores there were."""

from dataclasses import dataclass
from typing import Literal

from grader.classroom.people import Outcome
from grader.pipeline import Measured


@dataclass(frozen=True, slots=True)
class Known:
    """The last outcome of a hand-in: of which bytes (``mark``), by which checks (``basis``), and whether it stands."""

    mark: str
    basis: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Entry:
    """A hand-in with its last outcome; ``outcome`` is ``None`` where there is none yet."""

    number: int
    student: str
    attempt: int
    submitted_at: str | None
    outcome: Outcome | None
    message: str
    hint: str
    measured: Measured | None


@dataclass(frozen=True, slots=True)
class Scored:
    """A score as it was at a time: ``why`` says what made it so. ``at`` is UTC in ISO 8601."""

    student: str
    score: str
    status: str
    why: str
    author: str
    at: str


@dataclass(frozen=True, slots=True)
class Appealed:
    """What was decided about an appeal of somebody in the class; ``student`` is "" where nobody handed in its work.

    ``appeal`` is its id; ``case`` the permanent case of the course that came of it, or "". ``at`` is UTC in ISO 8601.
    """

    appeal: str
    student: str
    criterion: str
    verdict: Literal["accepted", "rejected"]
    case: str
    reason: str
    author: str
    at: str

    @property
    def why(self) -> str:
        """Why a score moves that this one moved, for the record of scores."""
        return f"appeal {self.appeal}: {self.criterion} measured again: {self.reason}"
