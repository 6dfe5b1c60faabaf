"""The room of one run of the checks: its folder, its pipes, and processes that may be started beforehand."""

import os
import secrets
import subprocess
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Self

from grader import ending
from grader.checkpoint.run import notify, partial, processes
from grader.checkpoint.run.asked import CheckRun
from grader.checkpoint.run.notify import Heard
from grader.checkpoint.run.watch import Watch
from grader.checkpoint.spec import Installed, RunSpec, encode
from grader.domain.progress import Progress
from grader.stage.times import PATIENCE_REPEATED_S, PATIENCE_S, SPARE_S, longest_check


@dataclass(frozen=True, slots=True)
class Listeners:
    """Who is told of each check as soon as it has ended, from another thread; and who may give the run up."""

    hear: Callable[[Heard], None] = lambda heard: None
    gives_up: Callable[[], bool] | None = None


UNHEARD = Listeners()


@dataclass(slots=True)
class _Waiting:
    """A process that was started beforehand, and where it is told what to do."""

    process: "subprocess.Popen[bytes]"
    telling: int


class OpenedRun:
    """Everything of one run that has to be put away. Closed on leaving; what was started and not needed is ended.

    ``ran`` has afterwards, for a run with an order, by each check's name the files of which it ran code, and ``tables``
    the SQLite database that all migrations lead to, if it was needed. Given beforehand, that is not made again.
    """

    def __init__(self, run: CheckRun) -> None:
        self.run, self.ran, self.tables = run, dict[str, list[str]](), b""
        # Named now and made later: whoever is interrupted while it is made knows what to remove.
        self._folder = Path(tempfile.gettempdir()) / f"track-checks-{secrets.token_hex(8)}"
        self._reading = self._writing = -1
        self._life = (-1, -1)
        self._open: list[int] = []
        self._waiting: dict[int, _Waiting] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _make(self) -> None:
        """The folder and the pipes, unless they are there."""
        if self._open:
            return
        ending.remember(self._folder)
        self._folder.mkdir(mode=0o700)
        self._folder.chmod(0o711)  # the sandbox's own user passes through to the sockets below, and lists nothing
        (self._folder / "claims").mkdir(mode=0o700)
        (self._reading, self._writing), self._life = os.pipe(), os.pipe()
        self._open = [self._reading, self._writing, *self._life]

    def start_ahead(self) -> None:
        """Starts the processes now: they wait, with all ready, for the submission that ``ended`` is asked about.

        The folder of the submission is there by now, and it is empty.
        """
        self._make()
        for lane in range(self.run.lanes):
            reading, telling = os.pipe()
            self._open.append(telling)
            spec = replace(self._spec(self.run, lane), held_fd=reading)
            try:
                process = processes.start(processes.Lane(self.run.checks, spec))
            finally:
                os.close(reading)
            self._waiting[lane] = _Waiting(process, telling)

    def ended(
        self, run: CheckRun, progress: Callable[[Progress], None], listeners: Listeners
    ) -> tuple[list[RunSpec], list[processes.Ended]]:
        """What each process was to do, and how it ended. ``run`` is the one that this was opened for, but for
        what a process that waits can be told: seed, criteria, order, what was left out.

        Raises ``GivenUp`` where a listener wants no more of it.
        """
        self._make()
        specs = [self._spec(run, lane) for lane in range(run.lanes)]
        if run.order is not None and self.tables:
            known = self._folder / partial.TABLES
            known.write_bytes(self.tables)
            specs = [replace(spec, order=replace(run.order, tables=known)) for spec in specs]
        watch = Watch()
        reading = os.fdopen(self._reading, encoding="utf-8", errors="replace")
        self._open.remove(self._reading)
        thread = threading.Thread(target=_forward, args=(reading, progress, listeners.hear, watch), daemon=True)
        thread.start()
        lanes = [processes.Lane(run.checks, spec) for spec in specs]
        begun = {lane: self._told(lane, spec) for lane, spec in enumerate(specs) if lane in self._waiting}
        try:
            ended = processes.run(lanes, watch, run.longest_s + SPARE_S, begun, listeners.gives_up)
        finally:
            self._close(self._writing, *self._life)
        thread.join(5)
        self.ran = {name: files for spec in specs for name, files in partial.ran(spec.folder).items()}
        self.tables = next(filter(None, (partial.tables(spec.folder) for spec in specs)), b"")
        return specs, ended

    @property
    def waits(self) -> bool:
        """Whether processes were started beforehand, and are all there."""
        return bool(self._waiting) and all(one.process.poll() is None for one in self._waiting.values())

    def close(self) -> None:
        """Ends what waits, and leaves nothing behind; again is no harm."""
        for waiting in self._waiting.values():
            processes.end(waiting.process)
        self._waiting.clear()
        self._close(*self._open)
        ending.remove(self._folder)

    def _told(self, lane: int, spec: RunSpec) -> "subprocess.Popen[bytes]":
        """The process that waits, once it knows what to do."""
        waiting = self._waiting.pop(lane)
        with os.fdopen(waiting.telling, "wb") as told:
            self._open.remove(waiting.telling)
            try:
                told.write(encode(spec))
                told.flush()
            except BrokenPipeError:
                pass  # it has ended, which whoever waits for it sees
        return waiting.process

    def _close(self, *descriptors: int) -> None:
        for fd in [fd for fd in descriptors if fd in self._open]:
            self._open.remove(fd)
            os.close(fd)

    def _spec(self, run: CheckRun, lane: int) -> RunSpec:
        """The specification of one lane, with a folder of its own below the run's."""
        ids = tuple(criterion.id for criterion in run.module.criteria)
        own = self._folder / str(lane)
        own.mkdir(mode=0o711, exist_ok=True)
        return RunSpec(
            submission=run.submission,
            deps=run.environment.site,
            sandbox=run.sandbox,
            database=run.database,
            mode=run.mode,
            layout=run.layout,
            seed=run.seed,
            criteria=ids,
            selected=ids if run.criteria is None else tuple(c for c in ids if c in run.criteria),
            state_dir=run.state_dir,
            folder=own,
            claims=self._folder / "claims",
            progress_fd=self._writing,
            life_fd=self._life[0],
            lane=lane,
            installed=Installed(run.environment.origin, run.environment.problems),
            left_out=dict(run.left_out),
            cases=run.cases,
            names=run.names,
            longest_s=run.longest_s,
            patience_s=PATIENCE_S if run.cases is None else PATIENCE_REPEATED_S,
            order=run.order,
        )


def _forward(lines: IO[str], progress: Callable[[Progress], None], hear: Callable[[Heard], None], watch: Watch) -> None:
    """Hands on how far the run has come and what came of it, and notes what each lane is at."""
    done = 0
    with lines:
        for line in lines:
            word, lane, number, rest = line.rstrip("\n").split(" ", 3)
            if word == "begin":
                watch.begin(int(lane), rest, longest_check(int(number)))
                continue
            watch.begin(int(lane))
            heard = notify.heard(word, number, rest)
            if heard is None:
                continue
            hear(heard)
            if heard.name:
                done += 1
                progress(Progress(heard.name, done, heard.checks))
