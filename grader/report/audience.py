"""Who may see what: the same result, without what only staff may read."""

from dataclasses import replace

from grader.domain.evidence import Observation
from grader.domain.result import CriterionResult, GateVerdict, Result


def for_learners(result: Result) -> Result:
    """The result without the grader's own faults and without any traceback of a hidden check."""
    gates = tuple(_without_fault(g) for g in result.gates)
    return replace(result, criteria=tuple(_shown(c) for c in result.criteria), gates=gates)


def for_staff(result: Result) -> Result:
    """The whole result: what is rendered for staff shows the faults. All other reports are written for learners."""
    return result


def _shown(criterion: CriterionResult) -> CriterionResult:
    return replace(criterion, observations=tuple(_without_secrets(o) for o in criterion.observations))


def _without_fault(gate: GateVerdict) -> GateVerdict:
    return replace(gate, fault="")


def _without_secrets(observation: Observation) -> Observation:
    if not (observation.fault or observation.traceback or observation.output):
        return observation  # as most are: a class has hundreds of thousands
    if observation.public:
        return replace(observation, fault="")
    return replace(observation, fault="", traceback="", output="")
