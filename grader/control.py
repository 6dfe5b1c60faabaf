"""Whose fault an error is: the machine's only if a known-good submission meets it as well."""

from dataclasses import replace

from grader.domain.evidence import Evidence, Observation
from grader.domain.status import Status

_EXPECTED = "a project on which this check can be carried out, as it can on a known-good one"
_OBSERVED = "the check could not be carried out on this project"


def settle(evidence: Evidence, control: Evidence) -> Evidence:
    """Turn into ``failed`` every errored observation that the control submission did not meet.

    Nobody can so choose ``errored`` over ``failed`` by breaking what measures them. An observation whose
    check did not even start (a whole criterion) is compared by criterion.
    """
    broken = {o.check for o in control.observations if o.status is Status.ERRORED}
    broken_criteria = {o.criterion for o in control.observations if o.status is Status.ERRORED}
    measured = {o.check for o in control.observations}

    def verdict(observation: Observation) -> Observation:
        if observation.status is not Status.ERRORED:
            return observation
        known = observation.check in measured
        if observation.check in broken if known else observation.criterion in broken_criteria:
            return observation
        return replace(observation, status=Status.FAILED, expected=_EXPECTED, observed=_OBSERVED)

    return replace(evidence, observations=tuple(verdict(o) for o in evidence.observations))
