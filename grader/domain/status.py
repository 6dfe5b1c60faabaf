"""The six statuses of a check, a criterion, a measurement or a gate."""

from collections.abc import Iterable
from enum import StrEnum


class Status(StrEnum):
    """What became of a check, a criterion or a gate.

    ``failed`` is the submission's fault, ``errored`` the grader's or the machine's: an errored
    criterion is never a zero, it makes the whole result *not graded*. ``blocked`` says that something
    it depends on failed; ``manual`` waits for a person and carries no points. ``not_applicable`` says that the project
    has nothing of the kind, with the reason beside it; only measurements and gates can be.
    """

    PASSED = "passed"
    FAILED = "failed"
    BLOCKED = "blocked"
    ERRORED = "errored"
    MANUAL = "manual"
    NOT_APPLICABLE = "not_applicable"


_GRAVITY = (
    Status.NOT_APPLICABLE,
    Status.PASSED,
    Status.MANUAL,
    Status.BLOCKED,
    Status.ERRORED,
    Status.FAILED,
)


def gravest(statuses: Iterable[Status]) -> Status:
    """The status of a whole whose parts have these: one failed part fails the whole.

    A failure outranks an error because it is certain: the part that failed was measured. No parts at
    all is ``errored``: nothing was measured.
    """
    return max(statuses, key=_GRAVITY.index, default=Status.ERRORED)
