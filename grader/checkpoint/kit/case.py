"""The check that is running: its line to the project, its time, what it has noted so far."""

from contextlib import ExitStack
from dataclasses import dataclass, field

import pytest

from grader.agent.raised import Raised
from grader.checkpoint.kit.declare import Declared
from grader.checkpoint.kit.rng import Rng
from grader.checkpoint.spec import RunSpec
from grader.domain.errors import CourseError
from grader.domain.words import last_lines
from grader.stage.line import Line
from grader.stage.places import Place, Vendor
from grader.stage.project import Project
from grader.stage.stage import Stage
from grader.stage.standing import StandingServer

CASE: "pytest.StashKey[Case]" = pytest.StashKey()
STAGE: pytest.StashKey[Stage] = pytest.StashKey()
SPEC: pytest.StashKey[RunSpec] = pytest.StashKey()
STANDING: pytest.StashKey[StandingServer] = pytest.StashKey()


@dataclass(frozen=True, slots=True)
class FailedCommand:
    """The last lines of a command; ``fresh`` if it ran in a sandbox that no other check has touched."""

    text: str
    fresh: bool


@dataclass(slots=True)
class Case:
    """One check on its way.

    ``vendor`` is its kind of database; ``stack`` is unwound when it ends; ``lines`` are those that it has opened;
    ``commands`` has the last command of the learner's own that it ran, if that failed; ``asked`` is the last request to
    a server, as a command that sends it.
    """

    name: str
    declared: Declared
    sentence: str
    public: bool
    rng: Rng
    vendor: Vendor
    stack: ExitStack = field(default_factory=ExitStack)
    lines: list[Line] = field(default_factory=list)
    comparison: tuple[str, str] | None = None
    commands: list[FailedCommand] = field(default_factory=list)
    asked: str = ""

    def note_command(self, ok: bool, out: str, fresh: bool = False) -> None:
        """Notes what a command of the learner's own wrote at the end, if it failed."""
        self.commands = [] if ok else [FailedCommand(last_lines(out), fresh)]

    def line(self, project: Project, place: Place, mode: str) -> Line:
        """A new line to this project, which is ready: its start is not this check's doing."""
        if any(line.project is project for line in self.lines):
            raise CourseError(
                f"{self.name} takes two databases.", "Take `migrations` or `app`, `client`, `db`, not both."
            )
        line = Line(project, place, mode, self.declared.seconds, self.stack)
        self.lines.append(line)
        return line

    @property
    def view(self) -> Raised | None:
        """What the last request raised, if it did."""
        return next((line.raised for line in reversed(self.lines) if line.raised), None)
