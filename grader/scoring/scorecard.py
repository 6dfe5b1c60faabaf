"""Evidence, judged: every criterion of the module gets its status and its points."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace

from grader.domain.course import Criterion, Gate, Module
from grader.domain.errors import CourseError
from grader.domain.evidence import Artefact, Evidence, Observation
from grader.domain.result import SCHEMA, CriterionResult, GateVerdict, Provenance, Result, Unmeasured
from grader.domain.start import START
from grader.domain.status import Status, gravest
from grader.scoring.gates import verdicts as gate_verdicts

# The rules of this file: a criterion or a gate has all of its points or none; met is an unrestricted run with at least
# the module's pass score and every blocking gate passed. A change of them that could change a score is a new version.
POLICY = "points/1"
# The id and the rules of an assignment that is nothing but gates.
GATES_ALONE, GATES_POLICY = "gates", "gates/1"

Cases = Mapping[str, tuple[Observation, ...]]


def score(
    module: Module,
    evidence: Evidence,
    provenance: Provenance,
    *,
    scope: str,
    notices: tuple[str, ...],
    criteria: tuple[str, ...] | None = None,
    gates: tuple[str, ...] | None = None,
) -> Result:
    """Judge the evidence of one run.

    ``scope`` is ``full`` or ``public``. In ``public``, a criterion that nothing was observed of has no
    public check and is left out; in ``full`` it is errored, because silence is never full marks.
    ``criteria`` are the ids that the run was restricted to, ``gates`` the metrics: the others are left out, and with
    ``criteria`` alone all gates. What could not be measured keeps a result from being graded where it counts.
    Only an unrestricted run of scope ``full`` can be ``met``.
    Raises ``CourseError`` if a check names a criterion that the module lacks, or criteria require each other.
    """
    cases = _cases(module, evidence)
    measured = tuple(c for c in module.criteria if _is_measured(c, cases, scope, criteria))
    judged = _judged(measured, cases)
    held = tuple(g for g in module.gates if (g.metric in gates if gates is not None else criteria is None))
    verdicts = gate_verdicts(held, evidence.measurements)
    scored: tuple[CriterionResult | GateVerdict, ...] = (*judged, *verdicts)
    graded = _is_graded(judged, verdicts)
    points = sum(s.score for s in scored)
    restricted = criteria is not None or gates is not None
    open_gates = any(v.blocks and v.status is not Status.PASSED for v in verdicts)
    return Result(
        schema=SCHEMA,
        assignment=module.slug,
        title=module.title,
        policy=POLICY,
        graded=graded,
        met=graded and scope == "full" and not restricted and points >= module.pass_score and not open_gates,
        score=points,
        max_score=sum(s.max_score for s in scored),
        pass_score=module.pass_score,
        scope=scope,
        criteria=judged,
        gates=verdicts,
        levels=(),
        artefacts=(
            *(a for a in evidence.artefacts if any(a.criterion == c.id for c in measured)),
            *_shown(verdicts, evidence),
        ),
        notices=notices,
        provenance=provenance,
        unmeasured=_unmeasured(module, (*measured, *held)),
        start=evidence.start if any(START in c.blocked_by for c in judged) else None,
    )


def score_gates(
    gates: tuple[Gate, ...], evidence: Evidence, provenance: Provenance, *, notices: tuple[str, ...]
) -> Result:
    """Judge gates alone, of any project: each that applies is one point, and all of them have to pass."""
    module = Module(0, GATES_ALONE, "Quality gates", 1, (), tuple(replace(g, points=1, blocks=False) for g in gates))
    result = score(module, evidence, provenance, scope="full", notices=notices)
    return replace(
        result,
        policy=GATES_POLICY,
        pass_score=result.max_score,
        met=result.graded and result.score == result.max_score,
    )


def _is_graded(judged: tuple[CriterionResult, ...], verdicts: tuple[GateVerdict, ...]) -> bool:
    """Whether something was measured that points or the bar depend on, and none of it is *errored*.

    Where nothing of that kind was asked for, gates that are only shown take its place.
    """
    counting = [c.status for c in judged if c.max_score] + [v.status for v in verdicts if v.max_score or v.blocks]
    shown = [v.status for v in verdicts if v.status is not Status.NOT_APPLICABLE]
    decisive = counting or shown
    return bool(decisive) and Status.ERRORED not in decisive


def _shown(gates: tuple[GateVerdict, ...], evidence: Evidence) -> Iterator[Artefact]:
    """What the measurements behind these verdicts have to show."""
    metrics = {gate.metric for gate in gates}
    return (artefact for m in evidence.measurements if m.metric in metrics for artefact in m.artefacts)


def _unmeasured(module: Module, measured: tuple[Criterion | Gate, ...]) -> tuple[Unmeasured, ...]:
    criteria = (Unmeasured(c.id, c.title, c.points, c.task) for c in module.criteria if c not in measured)
    gates = (Unmeasured(g.id, g.title, g.points, None) for g in module.gates if g not in measured)
    return (*criteria, *gates)


def _cases(module: Module, evidence: Evidence) -> Cases:
    known = {c.id for c in module.criteria}
    cases: defaultdict[str, tuple[Observation, ...]] = defaultdict(tuple)
    for observation in evidence.observations:
        if observation.criterion not in known:
            raise CourseError(
                f"the check {observation.check} is tied to {observation.criterion!r}, "
                f"which is no criterion of module {module.number:02d}",
                f"Add it to modules/{module.slug}/module.toml, or mend the @check line.",
            )
        cases[observation.criterion] += (observation,)
    return cases


def _is_measured(criterion: Criterion, cases: Cases, scope: str, only: tuple[str, ...] | None) -> bool:
    if only is not None and criterion.id not in only:
        return False
    return scope == "full" or criterion.manual or bool(cases.get(criterion.id))


def _judged(measured: tuple[Criterion, ...], cases: Cases) -> tuple[CriterionResult, ...]:
    """The verdicts, requirements first resolved whatever the order of the manifest.

    A requirement that this run did not measure blocks nothing: it is not known to be unmet.
    """
    by_id = {c.id: c for c in measured}
    verdicts: dict[str, CriterionResult] = {}

    def judge(criterion: Criterion, path: tuple[str, ...]) -> CriterionResult:
        if criterion.id in path:
            raise CourseError(
                f"criteria require each other in a circle: {' → '.join((*path, criterion.id))}",
                "Remove one of these `requires` from module.toml.",
            )
        if criterion.id not in verdicts:
            needed = [judge(by_id[r], (*path, criterion.id)) for r in criterion.requires if r in by_id]
            verdicts[criterion.id] = _verdict(criterion, cases.get(criterion.id, ()), _unmet(needed))
        return verdicts[criterion.id]

    return tuple(judge(criterion, ()) for criterion in measured)


def _unmet(needed: list[CriterionResult]) -> tuple[str, ...]:
    """What keeps a criterion back; where that itself waits for the project to start, the start."""
    unmet = [n for n in needed if n.status is not Status.PASSED]
    if unmet and all(n.blocked_by == (START,) for n in unmet):
        return (START,)
    return tuple(n.id for n in unmet)


def _verdict(criterion: Criterion, observations: tuple[Observation, ...], unmet: tuple[str, ...]) -> CriterionResult:
    status = _status(criterion, observations, unmet)
    # A check is only ever blocked by itself where the project did not start.
    needed = unmet or (START,)
    return CriterionResult(
        id=criterion.id,
        title=criterion.title,
        status=status,
        score=criterion.points if status is Status.PASSED else 0,
        max_score=criterion.points,
        task=criterion.task,
        dimension=criterion.dimension,
        hint=criterion.hint,
        docs=criterion.docs,
        blocked_by=needed if status is Status.BLOCKED else (),
        observations=observations,
    )


def _status(criterion: Criterion, observations: tuple[Observation, ...], unmet: tuple[str, ...]) -> Status:
    """``manual`` waits for a person whatever was seen; an unmet requirement outweighs what the checks say."""
    if criterion.manual:
        return Status.MANUAL
    if unmet:
        return Status.BLOCKED
    return gravest(o.status for o in observations)
