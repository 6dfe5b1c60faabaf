"""Gates: measurements against thresholds."""

import operator
from collections.abc import Callable, Iterable, Mapping

from grader.domain.course import Gate
from grader.domain.errors import CourseError
from grader.domain.evidence import Measurement
from grader.domain.result import GateVerdict
from grader.domain.status import Status

OPERATORS: Mapping[str, Callable[[float, float], bool]] = {
    "≥": operator.ge,
    "≤": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "=": operator.eq,
}
_NOT_MEASURED = "Nothing was measured."


def verdicts(gates: Iterable[Gate], measurements: Iterable[Measurement]) -> tuple[GateVerdict, ...]:
    """The verdict on every gate. What was not measured is ``errored``: silence is never a pass, and never a zero.

    Raises ``CourseError`` if two measurements are of one metric, or a gate has an operator that is none.
    """
    found: dict[str, Measurement] = {}
    for measurement in measurements:
        if measurement.metric in found:
            raise CourseError(f"{measurement.metric} was measured twice.", "One gate measures one metric once.")
        found[measurement.metric] = measurement
    return tuple(_verdict(gate, found.get(gate.metric)) for gate in gates)


def _verdict(gate: Gate, found: Measurement | None) -> GateVerdict:
    status = _status(gate, found)
    points = 0 if status is Status.NOT_APPLICABLE else gate.points
    return GateVerdict(
        id=gate.id,
        title=gate.title,
        status=status,
        metric=gate.metric,
        actual=found.value if found else None,
        op=gate.op,
        threshold=gate.threshold,
        unit=gate.unit,
        source=found.source if found else "",
        reason=found.reason if found else _NOT_MEASURED,
        score=points if status is Status.PASSED else 0,
        max_score=points,
        blocks=gate.blocks,
        where=found.where if found else (),
        hint=gate.hint,
        docs=gate.docs,
        dimension=gate.dimension,
        fault=found.fault if found else "",
        findings=found.findings if found else (),
    )


def _status(gate: Gate, found: Measurement | None) -> Status:
    if gate.op not in OPERATORS:
        raise CourseError(f"gate {gate.id} has the operator {gate.op!r}", f"Use one of {' '.join(OPERATORS)}.")
    if found is None:
        return Status.ERRORED
    if found.value is None:
        return found.status
    if found.unit != gate.unit:
        raise CourseError(f"gate {gate.id} is in {gate.unit!r}, but {found.metric} was measured in {found.unit!r}")
    return Status.PASSED if OPERATORS[gate.op](found.value, gate.threshold) else Status.FAILED
