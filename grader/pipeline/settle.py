"""Whose fault an error or a silence is: the submission's only if it comes again, and a known-good one does not meet it.

Two steps, for the cases of checks and the measurements of gates alike. What could not be measured, and what a busy
machine may have made fail, is repeated alone; a case that passes then has passed. What comes again is put to a control
submission: if that meets it likewise, it is the machine's.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from grader.domain.evidence import Evidence, Measurement, Observation, unobserved
from grader.domain.status import Status

Key = tuple[str, bool]
_EXPECTED = "a project on which this check can be carried out, as it can on a known-good one"
_UNMEASURABLE = "It could not be measured on this project, as it can on a known-good one."
_OBSERVED = "the check could not be carried out on this project"


def key(observation: Observation) -> Key:
    """What names a case in a run: its name, and whether it is public."""
    return observation.check, observation.public


def doubted(evidence: Evidence) -> tuple[Observation, ...]:
    """The cases that one run cannot settle: errored ones, and failures that a busy machine may have brought about."""
    return tuple(o for o in evidence.observations if _is_doubted(o, evidence))


def unmeasured(evidence: Evidence) -> tuple[str, ...]:
    """The metrics that one run could not measure, for whatever reason of ours."""
    return tuple(m.metric for m in evidence.measurements if m.status is Status.ERRORED)


def repeated(evidence: Evidence, again: Evidence) -> Evidence:
    """The evidence with what it doubts as it came out ``again``, when that was repeated alone."""
    seen = {key(o): o for o in again.observations}
    by_criterion: defaultdict[str, list[Observation]] = defaultdict(list)
    for observation in again.observations:
        by_criterion[observation.criterion].append(observation)

    def verdicts(first: Observation) -> Iterator[Observation]:
        if not _is_doubted(first, evidence):
            yield first
        elif first.check == unobserved(first.criterion):
            yield from (_with_note(first, o) for o in by_criterion[first.criterion] or [first])
        else:
            yield _second(first, seen.get(key(first)), again)

    observations = tuple(verdict for first in evidence.observations for verdict in verdicts(first))
    return replace(
        evidence,
        observations=observations,
        isolated=evidence.isolated and again.isolated,
        unlimited=tuple(sorted({*evidence.unlimited, *again.unlimited})),
        unsure=again.unsure,
        start=again.start if evidence.start is not None and evidence.start.unsure else evidence.start,
        measurements=_measured_again(evidence.measurements, again.measurements),
    )


def settle(evidence: Evidence, control: Evidence) -> Evidence:
    """Decide what came again by what the control submission met on the same cases.

    An errored case is ``failed`` unless the control erred likewise: nobody can choose ``errored`` over ``failed`` by
    breaking what measures them. A failure that is not sure is ``errored`` if the control did not get through either.
    A case whose check did not even start is compared by criterion.
    """
    stopped = {key(o): o for o in control.observations if _is_doubted(o, control)}
    stopped_criteria = {o.criterion for o in stopped.values()}
    measured = {key(o) for o in control.observations}

    def verdict(observation: Observation) -> Observation:
        if not _is_doubted(observation, evidence):
            return observation
        known = key(observation) in measured
        machines = key(observation) in stopped if known else observation.criterion in stopped_criteria
        if observation.status is Status.ERRORED:
            failed = replace(observation, status=Status.FAILED, expected=_EXPECTED, observed=_OBSERVED)
            return observation if machines else failed
        if not machines:
            return observation
        fault = f"The known-good submission did not get through either. Observed here: {observation.observed}"
        return replace(observation, status=Status.ERRORED, fault=fault)

    return replace(
        evidence,
        observations=tuple(map(verdict, evidence.observations)),
        measurements=_settled(evidence.measurements, control.measurements),
        unsure=frozenset(),
    )


def _measured_again(first: tuple[Measurement, ...], again: tuple[Measurement, ...]) -> tuple[Measurement, ...]:
    second = {m.metric: m for m in again}

    def verdict(measurement: Measurement) -> Measurement:
        found = second.get(measurement.metric)
        if measurement.status is not Status.ERRORED or found is None:
            return measurement
        return replace(found, fault=_fault_with_note(found.fault, measurement.fault or measurement.reason))

    return tuple(map(verdict, first))


def _settled(measurements: tuple[Measurement, ...], control: tuple[Measurement, ...]) -> tuple[Measurement, ...]:
    """What could not be measured of the submission, but of the control, is the submission's: ``failed``."""
    sound = {m.metric for m in control if m.status is not Status.ERRORED}

    def verdict(measurement: Measurement) -> Measurement:
        if measurement.status is not Status.ERRORED or measurement.metric not in sound:
            return measurement
        return replace(measurement, status=Status.FAILED, reason=_UNMEASURABLE)

    return tuple(map(verdict, measurements))


def _is_doubted(observation: Observation, evidence: Evidence) -> bool:
    unsure = observation.status in (Status.FAILED, Status.BLOCKED) and key(observation) in evidence.unsure
    return observation.status is Status.ERRORED or unsure


def _second(first: Observation, second: Observation | None, again: Evidence) -> Observation:
    """What holds of a case. Of two failures for want of time the first says more; a case that was lost is errored."""
    if second is None:
        return replace(first, status=Status.ERRORED, fault=f"It did not run when it was repeated. {_outcome(first)}")
    if second.status is first.status and _is_doubted(second, again) and first.status is not Status.ERRORED:
        return first
    return _with_note(first, second)


def _with_note(first: Observation, second: Observation) -> Observation:
    """The second, with a note for staff on what the first was."""
    return replace(second, fault=_fault_with_note(second.fault, _outcome(first)))


def _fault_with_note(fault: str, first: str) -> str:
    return f"{fault}\nRepeated alone. The first time: {first}".strip()


def _outcome(observation: Observation) -> str:
    return observation.fault or f"{observation.status}: {observation.observed}"
