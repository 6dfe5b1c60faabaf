"""The whole story of one grading: submission -> environment -> checks -> evidence -> score -> result."""

import hashlib
import platform
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from grader import __version__
from grader.checkpoint.run.runner import CheckRun, run_checks
from grader.control import doubted, key, repeated, settle
from grader.domain.course import Module
from grader.domain.evidence import Evidence, Observation
from grader.domain.progress import Progress
from grader.domain.result import Provenance, Result
from grader.environment import Environment, prepare, unchanged
from grader.intake import Submission, take_in
from grader.scoring import score, unofficial_because
from grader.workspace import Workspace, workspace

Step = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class Assignment:
    """What a submission is graded against.

    ``public`` and ``hidden`` are folders of checks (``hidden`` is ``None`` in what learners receive).
    ``course_lock`` is a folder with the course's pyproject.toml and poetry.lock. ``control`` gives the
    tree of a known-good submission, made on the first call, or is ``None`` where none may exist.
    """

    module: Module
    public: Path
    hidden: Path | None
    course_lock: Path
    control: Callable[[], Path] | None = None

    def checks(self, *, public_only: bool) -> tuple[Path, ...]:
        """The folders of checks to run, the public one first."""
        return (self.public,) if public_only or self.hidden is None else (self.public, self.hidden)


@dataclass(frozen=True, slots=True)
class Options:
    """How to grade. ``seed`` is recorded in the result, so that a run can be repeated; ``None`` draws one.

    ``path`` names the project's folder in the submission; without it the project is looked for.
    ``criteria`` restricts the run to some criterion ids, which never gives an official result. ``lanes`` is how many
    processes share the checks: one where several submissions are graded at a time.
    """

    state_dir: Path
    sandbox: Literal["auto", "bubblewrap", "process"] = "auto"
    database: Literal["postgres", "sqlite"] = "postgres"
    mode: Literal["fork", "savepoint"] = "fork"
    seed: int | None = None
    commit: str | None = None
    path: str | None = None
    public_only: bool = False
    criteria: tuple[str, ...] | None = None
    lanes: int = 1


def grade(source: Path, assignment: Assignment, options: Options, *, progress: Step) -> Result:
    """Grade one submission.

    Raises ``SubmissionError`` if it cannot be taken in at all, ``SandboxError`` or ``EnvironmentError_``
    if this machine cannot grade, ``CourseError`` if the course is wrong. All else is in the result.
    """
    began, clock = datetime.now(UTC), time.monotonic()
    options = replace(options, seed=secrets.randbits(32) if options.seed is None else options.seed)
    options = replace(options, state_dir=_state_dir(options))
    if options.sandbox != "process":
        from grader.sandbox.runtime import refuse_exposed  # every other command would wait for the sandbox as well

        guarded = (source, assignment.public, assignment.hidden, assignment.course_lock, options.state_dir)
        refuse_exposed(path for path in guarded if path is not None)
    with workspace() as room:
        progress(Progress("Taking in the submission"))
        submission = take_in(
            source,
            into=room.path / "submission",
            commit=options.commit,
            folder=options.path,
            slug=assignment.module.slug,
        )

        def measure(environment: Environment) -> Evidence:
            evidence = _measure(submission, environment, assignment, options, room, progress)
            return _settled(evidence, submission, environment, assignment, options, room, progress)

        environment, evidence = unchanged(
            lambda: _environment(submission, assignment, options, progress),
            measure,
            lambda text: progress(Progress(text)),
        )
    reasons = unofficial_because(
        evidence,
        database=options.database,
        mode=options.mode,
        hidden=not options.public_only and assignment.hidden is not None,
        only=options.criteria is not None,
    )
    provenance = Provenance(
        grader_version=__version__,
        submission=submission.source,
        commit=submission.commit,
        tree_hash=submission.tree_hash,
        seed=options.seed or 0,
        sandbox=evidence.sandbox,
        official=not reasons,
        database=options.database,
        environment=environment.origin,
        environment_hash=environment.key,
        checks_hash=checks_hash(assignment.checks(public_only=options.public_only)),
        python=platform.python_version(),
        started_at=began.strftime("%Y-%m-%dT%H:%M:%SZ"),
        duration_s=round(time.monotonic() - clock, 2),
        unofficial_because=reasons,
    )
    return score(
        assignment.module,
        evidence,
        provenance,
        scope="public" if options.public_only or assignment.hidden is None else "full",
        notices=submission.notices + environment.problems,
        criteria=options.criteria,
    )


def checks_hash(folders: tuple[Path, ...]) -> str:
    """SHA-256 over the names and bytes of all checks in these folders and the shared files beside them."""
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(p for p in (*folder.rglob("*.py"), *folder.parent.glob("*.py"))):
            digest.update(path.relative_to(folder.parent).as_posix().encode() + b"\0")
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _state_dir(options: Options) -> Path:
    """Where this run keeps things: apart from all others without isolation, since its project can write there."""
    return options.state_dir / "unisolated" if options.sandbox == "process" else options.state_dir


def _environment(submission: Submission, assignment: Assignment, options: Options, progress: Step) -> Environment:
    progress(Progress("Preparing the Python environment from poetry.lock"))
    return prepare(
        submission.root,
        course_lock=assignment.course_lock,
        cache=options.state_dir / "environments",
        progress=lambda text: progress(Progress(text)),
        kind=options.sandbox,
    )


def _measure(
    submission: Submission,
    environment: Environment,
    assignment: Assignment,
    options: Options,
    room: Workspace,
    progress: Step,
    cases: tuple[Observation, ...] = (),
) -> Evidence:
    """The evidence of all checks that the options ask for, or of ``cases`` alone."""
    run = CheckRun(
        module=assignment.module,
        checks=assignment.checks(public_only=options.public_only),
        submission=submission.root,
        environment=environment,
        sandbox=options.sandbox,
        database=options.database,
        mode=options.mode,
        seed=options.seed or 0,
        public_only=options.public_only,
        criteria=tuple({o.criterion for o in cases}) or options.criteria,
        state_dir=options.state_dir,
        lanes=1 if cases or options.criteria else options.lanes,
        cases=tuple(map(key, cases)) or None,
    )
    return run_checks(run, progress=progress)


def _settled(
    evidence: Evidence,
    submission: Submission,
    environment: Environment,
    assignment: Assignment,
    options: Options,
    room: Workspace,
    progress: Step,
) -> Evidence:
    """Decide whose fault it is where a check could not be carried out, or the project was silent or lost.

    Those cases are repeated alone, and what comes again is put to the known-good submission.
    """
    if doubtful := doubted(evidence):
        progress(Progress(f"Repeating alone what a busy machine may have spoilt ({len(doubtful)})"))
        again = _measure(submission, environment, assignment, options, room, progress, doubtful)
        evidence = repeated(evidence, again)
    if not (doubtful := doubted(evidence)) or assignment.control is None:
        return evidence
    progress(Progress("Repeating what could not be measured on a known-good submission"))
    control = take_in(assignment.control(), into=room.path / f"control-{secrets.token_hex(4)}")
    sound = _environment(control, assignment, options, progress)
    return settle(evidence, _measure(control, sound, assignment, options, room, progress, doubtful))
