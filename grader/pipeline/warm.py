"""What a watched folder keeps between rounds: processes that are ready for the next one, and have run nothing yet.

Each round is as apart from all others as a `grader check` is: what it ran on was started for it alone, and ends with
it. Only that was done beforehand.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from grader.checkpoint.run.asked import CheckRun
from grader.checkpoint.run.opened import UNHEARD, Listeners, OpenedRun
from grader.checkpoint.run.runner import run_checks
from grader.checkpoint.spec import Order
from grader.domain.evidence import Evidence
from grader.domain.progress import Progress
from grader.environment import Environment
from grader.intake import Submission
from grader.pipeline.key import checks_hash
from grader.pipeline.tables import tables_key
from grader.workspace import Workspace, workspace

# The sandbox of one process lives for half an hour.
_LONGEST_WAIT_S = 1200.0


@dataclass(slots=True)
class _Prepared:
    """Processes that wait for a submission in the folder of this room; ``checks`` is the hash of what they run."""

    room: Workspace
    opened: OpenedRun
    environment: Environment
    checks: str
    since: float

    def fits(self, run: CheckRun) -> bool:
        """Whether the run differs from the one that was prepared only in what the processes are told."""
        there = self.opened.run
        told = {name: getattr(run, name) for name in ("module", "seed", "criteria", "left_out", "order", "environment")}
        return (
            self.opened.waits
            and replace(there, **told) == run
            and (there.environment.key, there.environment.site) == (run.environment.key, run.environment.site)
            and self.checks == checks_hash(run.checks)
            and time.monotonic() - self.since < _LONGEST_WAIT_S
        )


@dataclass(slots=True)
class Warm:
    """The rounds of one folder. ``order`` and ``listeners`` are those of the next round."""

    order: Order = field(default_factory=Order)
    listeners: Listeners = UNHEARD
    _prepared: _Prepared | None = None
    _last: tuple[CheckRun, Environment] | None = None
    _ran: dict[str, list[str]] = field(default_factory=dict)
    _tables: dict[str, bytes] = field(default_factory=dict)
    _rooms: Iterator[Workspace] | None = None

    @contextmanager
    def room(self) -> Iterator[Workspace]:
        """The room of the next round: that of the processes that wait, if there are any."""
        if self._prepared is None:
            with workspace() as room:
                yield room
            return
        try:
            yield self._prepared.room
        finally:
            self.cool()

    def run_checks(
        self, run: CheckRun, submission: Submission, environment: Environment, progress: Callable[[Progress], None]
    ) -> Evidence:
        """The evidence of the round's checks, on what waits for them if that fits."""
        run = replace(run, order=replace(self.order, ran=self._ran))
        self._last = (run, environment)
        opened = self._prepared.opened if self._prepared is not None and self._prepared.fits(run) else OpenedRun(run)
        key = tables_key(submission.root, submission.files, run.layout, environment.key)
        opened.tables = self._tables.get(key, b"")
        try:
            return run_checks(run, progress=progress, opened=opened, listeners=self.listeners)
        finally:
            self._ran.update(opened.ran)
            self._tables = {key: opened.tables} if opened.tables else self._tables

    def heat(self) -> None:
        """Prepares the next round, where there was one and none is prepared that has not waited long.

        Where there is no room for it, the next round begins without.
        """
        if self._last is None:
            return
        if self._prepared is not None:
            if time.monotonic() - self._prepared.since < _LONGEST_WAIT_S / 2:
                return
            self.cool()
        try:
            self._prepare(*self._last)
        except OSError:
            self.cool()

    def _prepare(self, run: CheckRun, environment: Environment) -> None:
        self._rooms = _rooms()
        room = next(self._rooms)
        submission = room.path / "submission"
        submission.mkdir()
        submission.chmod(0o755)
        opened = OpenedRun(replace(run, submission=submission))
        self._prepared = _Prepared(room, opened, environment, checks_hash(run.checks), time.monotonic())
        opened.start_ahead()

    def cool(self) -> None:
        """Ends what waits, and removes its room; again is no harm."""
        if self._prepared is not None:
            self._prepared.opened.close()
            self._prepared = None
        if self._rooms is not None:
            next(self._rooms, None)
            self._rooms = None


def _rooms() -> Iterator[Workspace]:
    with workspace() as room:
        yield room
