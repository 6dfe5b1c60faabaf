"""The nouns of a lab: the course's notebook, what a learner handed in, and what came of it."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from grader.domain.status import Status

Cell = dict[str, Any]
Role = Literal["given", "answer", "tests", "written", "text", "example"]


@dataclass(frozen=True, slots=True)
class CourseCell:
    """A cell of the course's notebook.

    ``role`` is ``given`` for code that is locked, ``answer`` for code of the learner's, ``tests`` for what grades it,
    ``written`` for what a person grades, ``text`` for Markdown and ``example`` for code that learners may change
    without harm. ``points`` is what it is worth, ``hidden`` are the numbers, from 1, of lines that no learner sees.
    """

    cell: Cell
    role: Role
    grade_id: str = ""
    points: float = 0.0
    title: str = ""
    hidden: frozenset[int] = frozenset()

    @property
    def source(self) -> str:
        """Its text."""
        return str(self.cell["source"])

    @property
    def is_learners(self) -> bool:
        """Whether its text is what the learner handed in."""
        return self.role in ("answer", "written")

    @property
    def is_graded(self) -> bool:
        """Whether it is worth points: by tests, or by a person."""
        return self.points > 0


@dataclass(frozen=True, slots=True)
class Lab:
    """The notebook of a module. ``assignment`` is the module's slug, the name of the assignment in nbgrader."""

    path: Path
    assignment: str
    number: int
    title: str
    cells: tuple[CourseCell, ...]

    @property
    def name(self) -> str:
        """The notebook's name, without its ending."""
        return self.path.stem

    @property
    def graded(self) -> tuple[CourseCell, ...]:
        """The cells that are worth points, in their order."""
        return tuple(cell for cell in self.cells if cell.is_graded)


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A notebook that a learner handed in: its cells as read, strictly typed, or why it cannot be read.

    ``student`` is the id in the gradebook. ``cells`` have ``cell_type``, ``source`` and ``grade_id`` only.
    """

    student: str
    path: Path
    cells: tuple[Cell, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One cell to execute: ``name`` is the cell's in the rebuilt notebook. Tests are executed outside the sandbox.

    ``visible`` is, of tests, what learners see of them, line for line.
    """

    name: str
    role: Literal["given", "learner", "tests"]
    source: str
    visible: str = ""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """The notebook that is graded: the course's cells with the learner's texts, and what is to be executed of it.

    ``notes`` are sentences about what was otherwise in the notebook that was handed in; ``answers`` are the learner's
    texts by the grade id of their cell.
    """

    cells: tuple[Cell, ...]
    steps: tuple[Step, ...]
    notes: tuple[str, ...] = ()
    answers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What executing a cell gave: text that it wrote, or the type of the exception that ended it.

    ``line`` is that of the tests where they ended. ``unsure`` says that a busy machine may have caused it.
    """

    text: str = ""
    error: str = ""
    line: int = 0
    unsure: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """A graded cell of one learner. ``score`` is ``None`` while a person has not graded it yet."""

    id: str
    title: str
    status: Status
    score: float | None
    max_score: float
    says: str = ""
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Ran:
    """What a cell of the learner's wrote when the notebook was executed from top to bottom, without any test."""

    source: str
    text: str
    error: str = ""


@dataclass(frozen=True, slots=True)
class Graded:
    """What came of one notebook. ``problem`` says why it could not be read; then no question has points."""

    student: str
    lab: Lab
    questions: tuple[Question, ...]
    notes: tuple[str, ...] = ()
    outputs: tuple[Ran, ...] = ()
    problem: str = ""
    official: bool = True

    @property
    def pending(self) -> float:
        """The points that wait for a person."""
        return sum(q.max_score for q in self.questions if q.score is None)

    @property
    def score(self) -> float:
        """The points so far: those of the tests, and what people have given."""
        return sum(q.score or 0.0 for q in self.questions)

    @property
    def max_score(self) -> float:
        """The points that there are, those that wait for a person too."""
        return sum(q.max_score for q in self.questions)
