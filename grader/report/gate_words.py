"""What every report says of a gate: the number beside the one that is asked for, and what the gate counts for."""

import math
from collections.abc import Iterable

from grader.domain.findings import Finding, Severity
from grader.domain.result import GateVerdict
from grader.domain.status import Status
from grader.report.words import WORDS

_DIGITS = (4, 6, 9, 17)  # seventeen tell any two floats apart
_LARGE, _SMALL = 1e15, 1e-6


def required(gate: GateVerdict) -> str:
    """``≥ 95 %``, held together by blanks that do not break."""
    return f"{gate.op}\u00a0{_with_unit(digits(gate.threshold, _DIGITS[-2]), gate.unit)}"


def measured(gate: GateVerdict) -> str:
    """``91.5 %``, or the words in the place of a number.

    It has four digits, and more only where four would read as if they were on the other side of the threshold.
    """
    if gate.actual is None:
        return gate.reason or WORDS[gate.status]
    return _with_unit(_distinct(gate.actual, gate.threshold), gate.unit)


def reading(gate: GateVerdict) -> str:
    """``91.5 % (required ≥ 95 %)``; without a number the reason, and then what is required."""
    if gate.actual is None:
        return f"{measured(gate).rstrip('.')}. Required: {required(gate)}."
    return f"{measured(gate)} (required {required(gate)})"


def worth(gate: GateVerdict) -> str:
    """``6 / 10``, ``– / 10`` where nothing was measured, ``needed`` for what blocks without points, else nothing."""
    if gate.max_score:
        return f"{'–' if gate.status is Status.ERRORED else gate.score} / {gate.max_score}"
    return "needed" if gate.blocks else ""


def same_cause(gates: Iterable[GateVerdict]) -> dict[str, GateVerdict]:
    """By the id of a gate that failed without a number: the first gate that failed for the same reason.

    ``GET /schema/ is answered with 404`` keeps five metrics from being measured, and is told once.
    """
    first: dict[str, GateVerdict] = {}
    same: dict[str, GateVerdict] = {}
    for gate in gates:
        if gate.status is Status.FAILED and gate.actual is None and gate.reason:
            leading = first.setdefault(gate.reason, gate)
            if leading is not gate:
                same[gate.id] = leading
    return same


def gravest(gate: GateVerdict) -> tuple[Finding, ...]:
    """Its findings, those that nobody resolved first, and of these the gravest first."""
    order = list(Severity)
    return tuple(sorted(gate.findings, key=lambda f: (bool(f.resolved), order.index(f.severity))))


def said_of(finding: Finding) -> str:
    """``B608 high (CWE-89): …``: what every report says of a finding in a line, but for its place."""
    weakness = f" (CWE-{finding.cwe})" if finding.cwe else ""
    return f"{finding.rule} {finding.severity.value}{weakness}: {finding.message}"


def _distinct(value: float, threshold: float) -> str:
    texts = [digits(value, precision) for precision in _DIGITS]
    agreeing = (text for text in texts if _side(float(text.replace(",", "")), threshold) == _side(value, threshold))
    return next(agreeing, texts[-1])


def _side(value: float, threshold: float) -> int:
    return (value > threshold) - (value < threshold)


def digits(value: float, digits: int) -> str:
    """At least so many significant digits, as far as they are not zeros at the end."""
    if value and not _SMALL <= abs(value) < _LARGE:
        return f"{value:.{digits}g}"
    places = max(0, digits - 1 - math.floor(math.log10(abs(value)))) if value else 0
    text = f"{value or 0:,.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _with_unit(number: str, unit: str) -> str:
    return f"{number}\u00a0{_singular(unit) if number == '1' else unit}" if unit else number


def _singular(unit: str) -> str:
    """``finding`` for ``findings``, ``query`` for ``queries``; symbols such as ``ms`` stay."""
    if len(unit) < 4 or not unit.isalpha() or not unit.endswith("s"):
        return unit
    return unit.removesuffix("ies") + "y" if unit.endswith("ies") else unit.removesuffix("s")
