"""The verdict on one submission, and all that a report may say of it. `result.json` is this, encoded."""

from dataclasses import dataclass

from grader.domain.course import Dimension, Level
from grader.domain.evidence import Artefact, Finding, Location, Observation
from grader.domain.start import StartFailure
from grader.domain.status import Status

SCHEMA = "django-track/result/v2"
ONLY_SOME = "Only a part of the module was looked at."  # among the reasons of a result that is not official


@dataclass(frozen=True, slots=True)
class CriterionResult:
    """A criterion with its verdict. ``score`` is ``max_score`` or 0: a criterion is met or it is not."""

    id: str
    title: str
    status: Status
    score: int
    max_score: int
    task: int
    dimension: Dimension
    hint: str
    docs: tuple[tuple[str, str], ...]
    blocked_by: tuple[str, ...]
    observations: tuple[Observation, ...]


@dataclass(frozen=True, slots=True)
class Unmeasured:
    """A criterion or a gate that this run did not look at: its checks are hidden, or other criteria were asked for.

    ``task`` is the number of the brief's task; a gate has none.
    """

    id: str
    title: str
    max_score: int
    task: int | None


@dataclass(frozen=True, slots=True)
class GateVerdict:
    """A measurement against its threshold, shown as *actual (required op threshold)*.

    ``actual`` is ``null`` where nothing was measured, ``reason`` then says why; ``source`` is what measured it.
    ``where`` are the places in the submission that it comes from, ``hint`` and ``docs`` what helps whom it fails;
    ``fault``, what went wrong on our side, goes to staff, not to learners. ``findings`` are what the number counts or
    rests on, one by one. ``score`` is ``max_score`` or 0; both are 0 where the gate is not applicable. Until a gate
    that ``blocks`` passes nothing is met, whatever the points.
    """

    id: str
    title: str
    status: Status
    metric: str
    actual: float | None
    op: str
    threshold: float
    unit: str
    source: str = ""
    reason: str = ""
    score: int = 0
    max_score: int = 0
    blocks: bool = False
    where: tuple[Location, ...] = ()
    hint: str = ""
    docs: tuple[tuple[str, str], ...] = ()
    dimension: Dimension | None = None
    fault: str = ""
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class LevelVerdict:
    """The level that was reached on a dimension of the rubric, and what is missing to the next, in sentences.

    ``pending`` are the sentences that wait for a person's judgement. They lower no level.
    """

    dimension: Dimension
    level: Level
    missing: tuple[str, ...]
    pending: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a result comes from, so that anybody can repeat it.

    Times are UTC in ISO 8601, ending in Z; durations are seconds. ``official`` is true only for all
    checks, hidden ones too, on PostgreSQL, each apart from all others, in a sandbox that isolates and is limited as a
    whole; ``unofficial_because`` says in sentences what was missing. ``environment`` is ``submission`` when its own
    lock was installed, ``resolved`` when versions were found that day for what it asks for without a lock, ``course``
    when the course's stood in because its own could not be. With ``reused`` nothing was measured this time: it is the
    evidence of an earlier grading of the same submission, and the times are that one's.
    """

    grader_version: str
    submission: str
    commit: str | None
    tree_hash: str
    seed: int
    sandbox: str
    official: bool
    database: str
    environment: str
    environment_hash: str
    checks_hash: str
    python: str
    started_at: str
    duration_s: float
    unofficial_because: tuple[str, ...] = ()
    reused: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """What an earlier run measured for the gate of that id, in the gate's unit."""

    id: str
    actual: float


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed since an earlier run of the same work, begun at ``since`` (UTC) and worth ``score`` then.

    ``newly_passing`` and ``newly_failing`` are titles of criteria and gates; what waits for another counts as failing.
    ``readings`` are those of gates that were measured then and read otherwise now.
    """

    since: str
    score: int
    max_score: int
    newly_passing: tuple[str, ...] = ()
    newly_failing: tuple[str, ...] = ()
    readings: tuple[Reading, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """The one result that every report renders.

    ``assignment`` is its id: a module's slug (``02-domain-modeling``), or ``capstone``. ``policy`` names the rules by
    which points and ``met`` come about, with their version. ``graded`` is false if anything was errored: then ``met``
    is false too, but says nothing of the learner. ``score`` and ``max_score`` are whole points of what was measured;
    ``unmeasured`` names the rest of the assignment. ``scope`` is ``full`` or ``public``. ``start`` is why the project
    did not start, if it did not; what needs it running is ``blocked`` by ``start`` then. ``changes`` are those since an
    earlier run, where there was one.
    """

    schema: str
    assignment: str
    title: str
    policy: str
    graded: bool
    met: bool
    score: int
    max_score: int
    pass_score: int
    scope: str
    criteria: tuple[CriterionResult, ...]
    gates: tuple[GateVerdict, ...]
    levels: tuple[LevelVerdict, ...]
    artefacts: tuple[Artefact, ...]
    notices: tuple[str, ...]
    provenance: Provenance
    unmeasured: tuple[Unmeasured, ...] = ()
    start: StartFailure | None = None
    changes: Changes | None = None

    @property
    def heading(self) -> str:
        """``Module 02 · Domain modeling``; the title alone for what has no number."""
        number, _, rest = self.assignment.partition("-")
        return f"Module {number} · {self.title}" if number.isdecimal() and rest else self.title

    @property
    def scored(self) -> tuple[CriterionResult | GateVerdict, ...]:
        """All that points can come from: the criteria, and after them the gates."""
        return (*self.criteria, *self.gates)

    @property
    def open_gates(self) -> tuple[GateVerdict, ...]:
        """The gates that keep the bar from being met: those that block and have not passed."""
        return tuple(g for g in self.gates if g.blocks and g.status is not Status.PASSED)

    @property
    def nothing_open(self) -> bool:
        """Whether no point that was measured is missing, and no gate that blocks; where all are only shown, none."""
        if self.score < self.max_score or self.open_gates:
            return False
        return self.graded and (bool(self.max_score) or all(g.status is not Status.FAILED for g in self.gates))

    @property
    def next_step(self) -> CriterionResult | None:
        """The first criterion of the list that fails; ``None`` if none does, or if the project does not even start.

        Tasks build on each other, and so do the criteria of one.
        """
        if self.start is not None:
            return None
        return next((c for c in self.criteria if c.status is Status.FAILED), None)
