"""The nouns of a class: what was handed in, what became of that, and what people decided about it."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from grader.pipeline import Job, Measured


@dataclass(frozen=True, slots=True)
class HandIn:
    """What somebody handed in: a folder, an archive, or a ``commit`` of a git repository. ``attempt`` counts from 1.

    ``submitted_at`` has a time zone; ``None`` where nobody said when it was. ``commit`` is a full hash, or ``None``.
    """

    student: str
    attempt: int
    path: Path
    submitted_at: datetime | None = None
    commit: str | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """One grading to be done, as data that can be sent to another process: ``hand_in`` is its number in the journal.

    ``mark`` names the bytes that were handed in, so that a change of them is noticed.
    """

    hand_in: int
    job: Job
    mark: str


Outcome = Literal["measured", "refused", "errored"]


@dataclass(frozen=True, slots=True)
class Finished:
    """What came of a task.

    ``measured`` has evidence. ``refused`` could not be taken in, and ``message`` and ``hint`` say why: the learner can
    mend it. ``errored`` is the machine's fault, never a zero; with ``again`` another try may help.
    """

    task: Task
    outcome: Outcome
    seconds: float
    measured: Measured | None = None
    message: str = ""
    hint: str = ""
    again: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided about somebody's work, which counts whatever is measured again.

    A ``judgement`` says of a criterion (``target``) that it is ``passed`` or ``failed``; an ``override`` says the
    score, in points. ``withdrawn`` takes back the decision that stood before. ``at`` is UTC in ISO 8601.
    """

    student: str
    kind: Literal["judgement", "override"]
    target: str
    value: str
    reason: str
    author: str
    at: str
    withdrawn: bool = False
