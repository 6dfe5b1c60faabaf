"""Runs the checks of a module against a submission, in pytest processes of their own, and gathers the evidence."""

import os
import tempfile
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Protocol

import msgspec

from grader.checkpoint.run import partial, processes, record
from grader.checkpoint.run.watch import Watch
from grader.checkpoint.spec import SANDBOX, Installed, RunSpec
from grader.domain.course import Module
from grader.domain.errors import SandboxError
from grader.domain.evidence import Artefact, Evidence
from grader.domain.layout import COURSE, Layout
from grader.domain.progress import Progress
from grader.stage.spec import Mode, SandboxKind, Vendor
from grader.stage.times import (
    LONGEST_REPEATED_S,
    LONGEST_S,
    PATIENCE_REPEATED_S,
    PATIENCE_S,
    SPARE_S,
    longest_check,
)

_LIMITS_UNKNOWN = (
    "Nothing is known of the limits on memory and processes: a process of the grader's own ended too early."
)


class Site(Protocol):
    """What a run needs of the graded environment: where its packages are, and a key that names them."""

    @property
    def site(self) -> Path:
        """The folder of installed packages."""

    @property
    def key(self) -> str:
        """Names what is installed there."""

    @property
    def origin(self) -> str:
        """Whose lock was installed: ``submission`` or ``course``."""

    @property
    def problems(self) -> tuple[str, ...]:
        """Why it was not the submission's own."""


@dataclass(frozen=True, slots=True)
class CheckRun:
    """One run. ``checks`` are folders named ``public`` and ``hidden``; ``submission`` is the trusted copy's root.

    ``criteria`` restricts the run to some ids; with ``public_only``, criteria without a public check are out of scope.
    ``lanes`` is how many processes share the checks, each with an agent and services of its own. ``cases`` are the
    (name, public) of the cases to repeat alone, which get less time; ``None`` runs all. ``left_out`` are paths that
    were handed in and not taken, with why.
    """

    module: Module
    checks: tuple[Path, ...]
    submission: Path
    environment: Site
    sandbox: SandboxKind
    database: Vendor
    mode: Mode
    seed: int
    public_only: bool
    criteria: tuple[str, ...] | None
    state_dir: Path
    lanes: int = 1
    cases: tuple[tuple[str, bool], ...] | None = None
    layout: Layout = COURSE
    left_out: Mapping[str, str] = field(default_factory=dict)

    @property
    def longest_s(self) -> float:
        """Seconds that a lane puts checks to the submission."""
        return LONGEST_S if self.cases is None else LONGEST_REPEATED_S


def run_checks(run: CheckRun, *, progress: Callable[[Progress], None]) -> Evidence:
    """The evidence of one run: an observation for every case, and an errored one for each criterion left without.

    Never raises because of what the submission does; ``SandboxError`` where no sandbox can be had.
    """
    progress(Progress("Running the checks"))
    with tempfile.TemporaryDirectory(prefix="track-checks-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # the sandbox's own user passes through to the sockets below, and lists nothing
        (folder / "claims").mkdir(mode=0o700)
        (reading, writing), (life, ours) = os.pipe(), os.pipe()
        specs = [_spec(run, folder, lane, writing, life) for lane in range(run.lanes)]
        watch = Watch()
        thread = threading.Thread(target=_forward, args=(os.fdopen(reading), progress, watch), daemon=True)
        thread.start()
        try:
            ended = processes.run([processes.Lane(run.checks, spec) for spec in specs], watch, run.longest_s + SPARE_S)
        finally:
            for fd in (writing, life, ours):
                os.close(fd)
        thread.join(5)
        return _evidence(run, specs[0].selected, ended)


def _spec(run: CheckRun, folder: Path, lane: int, progress_fd: int, life_fd: int) -> RunSpec:
    """The specification of one lane, with a folder of its own below the run's."""
    ids = tuple(criterion.id for criterion in run.module.criteria)
    own = folder / str(lane)
    own.mkdir(mode=0o711)
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
        claims=folder / "claims",
        progress_fd=progress_fd,
        life_fd=life_fd,
        lane=lane,
        installed=Installed(run.environment.origin, run.environment.problems),
        left_out=dict(run.left_out),
        cases=run.cases,
        longest_s=run.longest_s,
        patience_s=PATIENCE_S if run.cases is None else PATIENCE_REPEATED_S,
    )


def _forward(lines: IO[str], progress: Callable[[Progress], None], watch: Watch) -> None:
    """Hands on how far the run has come, and notes what each lane is at."""
    done = 0
    with lines:
        for line in lines:
            word, lane, number, name = line.rstrip("\n").split(" ", 3)
            if word == "begin":
                watch.begin(int(lane), name, longest_check(int(number)))
                continue
            done += 1
            watch.begin(int(lane))
            progress(Progress(name, done, int(number)))


def _evidence(run: CheckRun, selected: tuple[str, ...], ended: list[processes.Ended]) -> Evidence:
    sandboxes = [_sandbox(end.lane.spec.folder) for end in ended]
    for facts in sandboxes:
        if "error" in facts:
            raise SandboxError(facts["error"], facts["hint"])
    parts = partial.parts([partial.ProcessEnd(end.lane.spec.folder, end.code, end.why) for end in ended])
    found, fault = record.joined(parts)
    scope = tuple(c for c in selected if not run.module.criterion(c).manual)
    if run.public_only and not fault:
        scope = ()
    why = "\n".join([fault, *(end.output for end in ended)]) if fault else ""
    in_order = sorted(ended, key=lambda end: end.lane.spec.lane)
    artefacts = [artefact for end in in_order for artefact in _artefacts(end.lane.spec.folder)]
    evidence = record.evidence(found, why, scope, artefacts)
    unlimited = {why for facts in sandboxes for why in facts.get("unlimited", _LIMITS_UNKNOWN).splitlines()}
    return replace(
        evidence,
        sandbox=next((facts["name"] for facts in sandboxes if "name" in facts), ""),
        isolated=all(facts.get("official") == "yes" for facts in sandboxes if facts) and any(sandboxes),
        unlimited=tuple(sorted(unlimited)),
        unsure=frozenset().union(*(partial.unsure(end.lane.spec.folder) for end in ended)),
        start=next((failure for end in in_order if (failure := partial.start(end.lane.spec.folder))), None),
    )


def _artefacts(folder: Path) -> list[Artefact]:
    path = folder / "artefacts.jsonl"
    lines = path.read_bytes().splitlines() if path.exists() else []
    return [msgspec.json.decode(line, type=Artefact) for line in lines]


def _sandbox(folder: Path) -> dict[str, str]:
    path = folder / SANDBOX
    return msgspec.json.decode(path.read_bytes(), type=dict[str, str]) if path.exists() else {}
