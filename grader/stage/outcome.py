"""How something that was asked of a project ends when it does not end well."""

from grader.agent.raised import Frame, Raised
from grader.domain.evidence import Location
from grader.domain.words import bounded

# What is observed of a thing that the project has not got.
ABSENT = "there is none"


class Failed(Exception):
    """The check failed: what was expected and what was seen, in words, and where in the submission if that is known.

    A ``Frame`` is where the project says that it was; a ``Location`` is the check's own word. ``raised`` is the
    exception whose class ``observed`` tells: a hidden check may tell it by another name.
    """

    def __init__(
        self, expected: str, observed: str, where: Location | Frame | None = None, raised: Raised | None = None
    ) -> None:
        super().__init__(f"expected {expected}; observed {observed}")
        self.expected, self.observed, self.where = bounded(expected), bounded(observed), where
        self.raised = raised


class Late(Failed):
    """It failed for want of time, which a busy machine may bring about as well: it is repeated before it counts."""


class Refused(Exception):
    """The database refused. ``kind`` is check, unique, not-null, foreign-key or other; ``constraint`` its name."""

    def __init__(self, kind: str, constraint: str = "", message: str = "") -> None:
        super().__init__(f"{kind} {constraint} {message}")
        self.kind, self.constraint, self.message = kind, constraint, message
