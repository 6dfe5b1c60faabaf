"""Measures one submission: takes it in, prepares its environment, runs the checks, settles what is in doubt."""

import platform
import secrets
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from grader import __version__
from grader.checkpoint.run.runner import CheckRun, run_checks
from grader.domain.evidence import Evidence, Observation
from grader.domain.layout import COURSE, Layout
from grader.domain.progress import Progress
from grader.domain.result import Provenance
from grader.environment import Environment, prepare, unchanged
from grader.intake import Submission, take_in
from grader.intake.history import tip_of
from grader.intake.layout import Found, detect, of_course
from grader.pipeline.assignment import Assignment
from grader.pipeline.job import Job, Measured, Options
from grader.pipeline.key import checks_hash, evidence_key
from grader.pipeline.notices import notices
from grader.pipeline.settle import doubted, key, repeated, settle, unmeasured
from grader.pipeline.store import EvidenceStore, can_be_kept
from grader.pipeline.warm import Warm
from grader.scoring import unofficial_because
from grader.stage.spec import History, StageSpec
from grader.workspace import Workspace, workspace

Step = Callable[[Progress], None]
_OF_HISTORY = ("security.", "documentation.changelog")  # metrics that look at earlier commits


def measure(
    job: Job,
    assignment: Assignment,
    *,
    progress: Step,
    store: EvidenceStore | None = None,
    warm: Warm | None = None,
) -> Measured:
    """The evidence of one job, from the store if that has it; on what is ``warm``, if anything is.

    Raises ``SubmissionError`` if the submission cannot be taken in at all, ``SandboxError`` or ``EnvironmentError_``
    if this machine cannot grade, ``CourseError`` if the course is wrong. All else is evidence.
    """
    began, clock = datetime.now(UTC), time.monotonic()
    options = replace(job.options, state_dir=_state_dir(job.options))
    if options.sandbox != "process":
        from grader.sandbox.runtime import refuse_exposed  # every other command would wait for the sandbox as well

        guarded = (job.source, assignment.public, assignment.hidden, assignment.course_lock, options.state_dir)
        refuse_exposed(path for path in guarded if path is not None)
    with workspace() if warm is None else warm.room() as room:
        progress(Progress("Taking in the submission"))
        submission = take_in(
            job.source,
            into=room.path / "submission",
            commit=options.commit,
            folder=options.path,
            slug=assignment.module.slug,
        )
        found = _found(submission, assignment)
        return _Measuring(
            submission, found, assignment, options, room, progress, store, began, clock, job.source, warm
        ).measured()


_UNSTARTED = "The project does not start, so there is nothing to measure."


@dataclass(slots=True)
class _Measuring:
    """One submission that has been taken in, on its way to evidence."""

    submission: Submission
    found: Found
    assignment: Assignment
    options: Options
    room: Workspace
    progress: Step
    store: EvidenceStore | None
    began: datetime
    clock: float
    source: Path
    warm: Warm | None
    seed: int = field(init=False)
    tip: str = field(init=False)

    def __post_init__(self) -> None:
        given = (self.options.seed, self.options.drawn, secrets.randbits(32))
        self.seed = next(seed for seed in given if seed is not None)
        looked_through = any(metric.startswith(_OF_HISTORY) for metric in self._metrics())
        self.tip = tip_of(self.source, self.options.commit or "HEAD") if looked_through else ""

    @property
    def layout(self) -> Layout:
        """Where the parts of the submission are."""
        return self.found.layout

    def measured(self) -> Measured:
        """From the store, or measured now in an environment that nobody changes meanwhile."""
        environment, (name, evidence, stored) = unchanged(
            lambda: self._environment(self.submission), self._looked_up, lambda text: self.progress(Progress(text))
        )
        measured = stored or self._with_provenance(evidence, environment)
        if name and stored is None and self.store is not None and can_be_kept(evidence):
            self.store.put(name, measured)
        # Where it lay is this time's, whenever it was measured.
        seen = replace(measured.provenance, submission=self.submission.source, commit=self.submission.commit)
        told = notices(self.submission, self.found, self.assignment, environment, measured.evidence)
        return replace(measured, provenance=seen, notices=told)

    def _looked_up(self, environment: Environment) -> tuple[str, Evidence, Measured | None]:
        """The key of the evidence, the evidence, and where it came from the store all that was kept with it."""
        if self.store is None or self.options.sandbox == "process":
            return "", self._evidence(environment), None
        name = evidence_key(self.submission, environment, self.assignment, self.options, self.layout, self.tip)
        stored = None if self.options.fresh else self.store.get(name)
        if stored is not None:
            self.progress(Progress("Nothing has changed since it was measured: that is used"))
        return name, stored.evidence if stored else self._evidence(environment), stored

    def _with_provenance(self, evidence: Evidence, environment: Environment) -> Measured:
        options = self.options
        gates_alone = self.assignment.public is None
        hidden = not options.public_only and (self.assignment.hidden is not None or gates_alone)
        reasons = unofficial_because(
            evidence,
            database=options.database,
            mode=options.mode,
            hidden=hidden,
            only=options.restricted,
            draft=self.assignment.module.draft,
        )
        provenance = Provenance(
            grader_version=__version__,
            submission=self.submission.source,
            commit=self.submission.commit,
            tree_hash=self.submission.tree_hash,
            seed=self.seed,
            sandbox=evidence.sandbox,
            official=not reasons,
            database=options.database,
            environment=environment.origin,
            environment_hash=environment.key,
            checks_hash=checks_hash(self.assignment.checks(public_only=options.public_only)),
            python=platform.python_version(),
            started_at=self.began.strftime("%Y-%m-%dT%H:%M:%SZ"),
            duration_s=round(time.monotonic() - self.clock, 2),
            unofficial_because=reasons,
        )
        return Measured(evidence, provenance, "full" if hidden else "public", (), options.criteria, options.gates)

    def _environment(self, submission: Submission) -> Environment:
        course_lock, cache = self.assignment.course_lock, self.options.state_dir / "environments"
        kind, tell = self.options.sandbox, lambda text: self.progress(Progress(text))
        if self.assignment.layout is None:
            from grader.environment.any_project import prepare_any  # work of a module has a poetry.lock, or none

            self.progress(Progress("Preparing the Python environment"))
            return prepare_any(
                submission.root,
                submission.files,
                course_lock=course_lock,
                cache=cache,
                progress=tell,
                kind=kind,
                other_python=self.options.other_python,
            )
        self.progress(Progress("Preparing the Python environment from poetry.lock"))
        return prepare(submission.root, course_lock=course_lock, cache=cache, progress=tell, kind=kind)

    def _evidence(self, environment: Environment) -> Evidence:
        """What the checks find, settled: whose fault it is where one could not be carried out, or was left waiting.

        That is repeated alone, and what comes again is put to the known-good submission.
        """
        evidence = self._with_gates(
            self._run(self.submission, environment, self.layout), self.submission, environment, self.layout
        )
        if count := len(doubted(evidence)) + len(unmeasured(evidence)):
            self.progress(Progress(f"Repeating alone what a busy machine may have spoilt ({count})"))
            evidence = repeated(evidence, self._again(evidence, self.submission, environment, self.layout))
        if not (doubted(evidence) or unmeasured(evidence)) or self.assignment.control is None:
            return evidence
        self.progress(Progress("Repeating what could not be measured on a known-good submission"))
        control = take_in(self.assignment.control(), into=self.room.path / f"control-{secrets.token_hex(4)}")
        layout = self.assignment.layout or COURSE
        return settle(evidence, self._again(evidence, control, self._environment(control), layout))

    def _again(self, evidence: Evidence, submission: Submission, environment: Environment, layout: Layout) -> Evidence:
        """What that evidence doubts, and nothing else, as it comes out of this submission."""
        cases = doubted(evidence)
        found = self._run(submission, environment, layout, cases) if cases else Evidence((), isolated=True)
        return self._with_gates(found, submission, environment, layout, unmeasured(evidence))

    def _with_gates(
        self,
        evidence: Evidence,
        submission: Submission,
        environment: Environment,
        layout: Layout,
        metrics: tuple[str, ...] | None = None,
    ) -> Evidence:
        """With what the gates that are asked for, or those of ``metrics``, measure."""
        wanted = self._metrics() if metrics is None else metrics
        if not wanted:
            return evidence
        from grader import gates  # most runs have none

        spec = StageSpec(
            submission=submission.root,
            deps=environment.site,
            sandbox=self.options.sandbox,
            database=self.options.database,
            mode=self.options.mode,
            state_dir=self.options.state_dir,
            folder=self.room.path,
            layout=layout,
            advisories=self.assignment.advisories,
            history=History(self.source, self.tip) if self.tip and submission is self.submission else None,
            compose=self.options.compose and submission is self.submission,
        )
        lanes = (self.options.gates_at_once or self.options.lanes) if metrics is None else 1
        unlimited: set[str] = set(evidence.unlimited)
        opened = gates.subjects(
            spec,
            self.seed,
            ended=lambda subject: unlimited.update(subject.missing_limits()),
            progress=self.progress,
            lanes=lanes,
        )
        kept = gates.blocked(wanted, _UNSTARTED) if evidence.start is not None else ()
        rest = [metric for metric in wanted if metric not in {m.metric for m in kept}]
        found = gates.measure(rest, opened, progress=self.progress, lanes=lanes)
        return replace(evidence, measurements=(*kept, *found), unlimited=tuple(sorted(unlimited)))

    def _metrics(self) -> tuple[str, ...]:
        """What the gates of this run measure: those that are named; else all, or none in a run of some criteria."""
        if self.options.gates is not None:
            return self.options.gates
        return () if self.options.criteria is not None else tuple(g.metric for g in self.assignment.module.gates)

    def _run(
        self, submission: Submission, environment: Environment, layout: Layout, cases: tuple[Observation, ...] = ()
    ) -> Evidence:
        """The evidence of all checks that the options ask for, or of ``cases`` alone."""
        options, folders = self.options, self.assignment.checks(public_only=self.options.public_only)
        if not folders or options.criteria == ():
            from grader.sandbox.select import open_sandbox  # checks open it in processes of their own

            with closing(open_sandbox(options.sandbox, state_dir=options.state_dir)) as sandbox:
                return Evidence((), sandbox=sandbox.name, isolated=sandbox.official)
        run = CheckRun(
            module=self.assignment.module,
            checks=folders,
            submission=submission.root,
            environment=environment,
            layout=layout,
            left_out=submission.left_out,
            sandbox=options.sandbox,
            database=options.database,
            mode=options.mode,
            seed=self.seed,
            public_only=options.public_only,
            criteria=tuple({o.criterion for o in cases}) or options.criteria,
            state_dir=options.state_dir,
            lanes=1 if cases or options.criteria else options.lanes,
            cases=tuple(map(key, cases)) or None,
            names=options.checks,
        )
        if self.warm is not None and not cases and submission is self.submission:
            return self.warm.run_checks(run, submission, environment, self.progress)
        return run_checks(run, progress=self.progress)


def _found(submission: Submission, assignment: Assignment) -> Found:
    if assignment.layout is None:
        return detect(submission.root, submission.files)
    return of_course(submission.root, assignment.layout)


def _state_dir(options: Options) -> Path:
    """Where this run keeps things: apart from all others without isolation, since its project can write there."""
    return options.state_dir / "unisolated" if options.sandbox == "process" else options.state_dir
