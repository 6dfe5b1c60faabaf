"""The rounds of `grader watch`: each runs all public checks, and tells what people wait for as soon as it is known."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from grader.checkpoint.run.notify import Heard
from grader.checkpoint.run.opened import Listeners
from grader.checkpoint.run.processes import GivenUp
from grader.checkpoint.spec import Order
from grader.cli.console import err, explain, out, progress
from grader.domain.course import Module
from grader.domain.errors import EnvironmentError_, SubmissionError
from grader.domain.progress import Progress
from grader.domain.result import Result
from grader.domain.status import Status
from grader.domain.words import bounded
from grader.intake.saved import changed, marks
from grader.pipeline import Assignment, Options
from grader.pipeline.warm import Warm

_WORDS = {Status.PASSED: "passes now", Status.BLOCKED: "waits for another"}
_UNKNOWN = "could not be measured"


@dataclass(slots=True)
class Rounds:
    """Runs the checks of an assignment on a folder again and again; ``open`` are the criteria that failed last."""

    submission: Path
    assignment: Assignment
    options: Options
    finish: Callable[[Result], None]
    open: tuple[str, ...] = ()
    warm: Warm = field(default_factory=Warm)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.warm.cool()

    def run(self, saved: tuple[str, ...] = ()) -> None:
        """All checks, in the order of their interest. What is saved meanwhile ends the round after its first answer."""
        before = marks(self.submission)
        teller = Teller(self.assignment.module, self.open, answered=not saved)
        self.warm.order = Order(self.open, saved)
        self.warm.listeners = Listeners(
            teller.hear if saved else lambda heard: None,
            lambda: teller.answered and bool(changed(before, marks(self.submission))),
        )
        result = self._graded(shown=not saved)
        if result is not None:
            self.open = still_open(result)
            self.finish(result)

    def _graded(self, *, shown: bool) -> Result | None:
        """The result; ``None``, after a word about it, where the next save may mend what was in the way."""
        from grader.pipeline import grade

        try:
            if not shown:
                return grade(self.submission, self.assignment, self.options, progress=_silent, warm=self.warm)
            with progress() as show:
                return grade(self.submission, self.assignment, self.options, progress=show, warm=self.warm)
        except GivenUp:
            return None
        except (SubmissionError, EnvironmentError_) as problem:
            explain(problem)
            err.print("Waiting for the next save.")
            return None


@dataclass(slots=True)
class Teller:
    """Tells what came of the criteria that people wait for: those that failed last, and whatever fails now.

    ``answered`` once all that a round begins with has been told.
    """

    module: Module
    open: tuple[str, ...]
    answered: bool = False
    say: Callable[[str], None] = lambda line: out.print(line, markup=False, soft_wrap=True)
    _seen: dict[str, set[Status]] = field(default_factory=dict)
    _checks: int = 0

    def hear(self, heard: Heard) -> None:
        """A check has ended, or the project does not start."""
        if heard.stopped:
            self.answered = True
            self.say(f"The project does not start: {bounded(heard.stopped)}")
            return
        statuses = self._seen.setdefault(heard.criterion, set())
        new = heard.status is Status.FAILED and Status.FAILED not in statuses
        statuses.add(heard.status)
        self._checks += 1
        title = self.module.criterion(heard.criterion).title
        if heard.criterion in self.open:
            if new:
                self.say(f"{title}: still fails")
            elif heard.left == 0 and Status.FAILED not in statuses:
                self.say(f"{title}: {_ended(statuses)}")
        elif new:
            self.say(f"{title}: fails now")
        if heard.urgent == 0 and not self.answered:
            self.answered = True
            if not self.open and all(found == {Status.PASSED} for found in self._seen.values()):
                self.say(f"The first {self._checks} checks pass, those that run what was saved among them.")


def still_open(result: Result) -> tuple[str, ...]:
    """The ids of the criteria that fail, the first of the list first; none where the project does not even start.

    What waits for another is not among them: it cannot pass before that does.
    """
    if result.start is not None:
        return ()
    return tuple(c.id for c in result.criteria if c.status is Status.FAILED)


def _ended(statuses: set[Status]) -> str:
    return next((_WORDS.get(one, _UNKNOWN) for one in statuses - {Status.PASSED}), _WORDS[Status.PASSED])


def _silent(_: Progress) -> None:
    """What is told of a round is told by what comes of its checks."""
