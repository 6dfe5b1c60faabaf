"""Ten projects that cannot start, each by all public checks of module 02, beside the start of the starter itself."""

import shutil
import time
from pathlib import Path

from grader.checkpoint.run.runner import CheckRun, run_checks
from grader.course import assign, load_course, project_to
from grader.domain.course import State
from grader.domain.evidence import Evidence
from grader.domain.status import Status
from grader.environment import prepare
from grader.intake import take_in
from tests.checkpoint.test_start import STOPPED

ROOT = Path(__file__).parents[1]
BROKEN = (
    "no manage.py",
    "conflict marks",
    "a syntax error",
    "another encoding",
    "a call of exit",
    "a question to nobody",
    "a package that is not in the lock",
    "a circle of imports",
    "an exception",
    "a variable that is required",
)
# One criterion that asks the project something on the database, and nothing else.
_ONE = ("domain.user-role",)


class BrokenProjects:
    """The starter of module 02 as it was given, and with each of ten mistakes."""

    def __init__(self, room: Path, state: Path) -> None:
        course = load_course(ROOT)
        self.assignment, self.state = assign(course, 2, room), state
        given = project_to(course, State(2, False), room / "given")
        self.starter = take_in(given, into=room / "starter").root
        self.broken = {
            name: take_in(_with(given, name, room), into=room / f"broken-{number}").root
            for number, name in enumerate(BROKEN)
        }
        cache = state / "environments"
        self.environment = prepare(given, course_lock=self.assignment.course_lock, cache=cache, progress=str)

    def start(self) -> float:
        """Seconds of a run that starts the starter, migrates its database and asks it for one criterion."""
        began = time.perf_counter()
        assert self._run(self.starter, _ONE).start is None
        return time.perf_counter() - began

    def diagnosis(self) -> float:
        """Seconds that the slowest of the ten takes, each with one finding and no check of it carried out."""
        return max(self._diagnosed(name) for name in BROKEN)

    def _diagnosed(self, name: str) -> float:
        began = time.perf_counter()
        evidence = self._run(self.broken[name], None)
        taken = time.perf_counter() - began
        assert evidence.start is not None, name
        statuses = {o.status for o in evidence.observations}
        assert statuses <= {Status.BLOCKED, Status.MANUAL}, (name, statuses)
        return taken

    def _run(self, submission: Path, criteria: tuple[str, ...] | None) -> Evidence:
        return run_checks(
            CheckRun(
                module=self.assignment.module,
                checks=self.assignment.checks(public_only=True),
                submission=submission,
                environment=self.environment,
                sandbox="auto",
                database="sqlite",
                mode="savepoint",
                seed=7,
                public_only=True,
                criteria=criteria,
                state_dir=self.state,
            ),
            progress=lambda step: None,
        )


def _with(given: Path, name: str, room: Path) -> Path:
    """A copy with the edits of that mistake."""
    folder = Path(shutil.copytree(given, room / f"edited-{name.replace(' ', '-')}"))
    for path, text in STOPPED[name].edits.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        if text is None:
            place.unlink()
        elif isinstance(text, bytes):
            place.write_bytes(text)
        else:
            place.write_text(place.read_text("utf-8") + text[1:] if text.startswith("+") else text, "utf-8")
    return folder
