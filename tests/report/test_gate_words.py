"""What reports say of a gate: a number that never reads as if it were on the other side of its threshold."""

import re
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from grader.domain.course import Gate
from grader.domain.evidence import Measurement
from grader.domain.result import ONLY_SOME, GateVerdict, Result
from grader.domain.status import Status
from grader.report import REPORTS
from grader.report.criterion_words import tally, unmeasured_count
from grader.report.gate_words import measured, reading, required, same_cause, worth
from grader.report.verdict_words import verdict
from grader.scoring.gates import OPERATORS, verdicts
from tests.report.gate_samples import MEASURED, gated, with_gates
from tests.report.samples.ungraded import practice as practised

FINITE = st.floats(allow_nan=False, allow_infinity=False)


def gate(value: float, unit: str = "", threshold: float = 95.0, op: str = "≥") -> GateVerdict:
    asked = Gate("g", "G", "m", op, threshold, unit)
    return verdicts([asked], [Measurement("m", value, unit, Status.PASSED, "made up")])[0]


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (91.5, "%", "91.5 %"),
        (231.48271, "ms", "231.5 ms"),
        (96.0, "", "96"),
        (0.0, "ms", "0 ms"),
        (-0.0, "", "0"),
        (12345.6, "rows", "12,346 rows"),
        (1.0, "findings", "1 finding"),
        (1.0, "queries", "1 query"),
        (2.0, "queries", "2 queries"),
        (1.0, "ms", "1 ms"),
        (0.1 + 0.2, "", "0.3"),
        (94.996, "%", "94.996 %"),
        (94.99999, "%", "94.99999 %"),
        (95.0000001, "%", "95.0000001 %"),
        (1e300, "", "1e+300"),
        (0.00000001, "", "1e-08"),
    ],
)
def test_a_number_as_a_person_writes_it(value: float, unit: str, said: str) -> None:
    assert measured(gate(value, unit)) == said.replace(" ", "\u00a0")


@given(FINITE, FINITE, st.sampled_from(sorted(OPERATORS)))
def test_what_is_read_agrees_with_the_verdict(value: float, threshold: float, op: str) -> None:
    found = gate(value, "", threshold, op)
    read = [float(text.replace(",", "")) for text in re.findall(r"-?[\d,.]+(?:e[+-]\d+)?", reading(found))]
    assume(read[1] == threshold)  # one of more digits than an author writes is shown shorter
    assert (found.status is Status.PASSED) is OPERATORS[op](read[0], read[1])


def test_without_a_number_the_reason_is_said_and_what_is_required() -> None:
    found = replace(gate(1.0, "%"), actual=None, status=Status.FAILED, reason="The suite did not end.")
    assert reading(found) == "The suite did not end. Required: ≥\u00a095\u00a0%."
    assert (measured(found), required(found)) == ("The suite did not end.", "≥\u00a095\u00a0%")
    assert measured(replace(found, reason="")) == "failed"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"max_score": 10, "score": 10}, "10 / 10"),
        ({"max_score": 10, "status": Status.ERRORED}, "– / 10"),
        ({"blocks": True}, "needed"),
        ({}, ""),
    ],
)
def test_what_a_gate_counts_for(changes: dict[str, object], said: str) -> None:
    assert worth(replace(gate(1.0), **changes)) == said  # type: ignore[arg-type]


def practice(*broken: str) -> Result:
    """The gates in a practice run, all passed but those of the metrics named."""
    fine = {"style.ruff": 0.0, "coverage.pathways": 90.0, "security.high": 0.0, "contract.graphql": 100.0}
    values = {m.metric: m.value if m.value is not None else 0.0 for m in MEASURED} | fine
    worst = {"coverage.unit": 0.0, "security.high": 3.0}
    made = (replace(m, value=values[m.metric], status=Status.PASSED) for m in MEASURED)
    found = [replace(m, value=worst[m.metric]) if m.metric in broken else m for m in made]
    return replace(with_gates(*found), scope="public", met=False)


SAID = "1 public criterion passed; hidden checks of the same criteria are run by your instructor."
PRACTICE = f"This is practice, not a grade. {SAID}"


@pytest.mark.parametrize(
    ("broken", "headline", "sentence"),
    [
        ((), "All public checks pass", PRACTICE),
        (("coverage.unit",), "1 gate is still open", PRACTICE),
        (
            ("security.high",),
            "1 gate is still open",
            f"{PRACTICE} To meet the bar, this has to pass: No finding of high severity.",
        ),
    ],
)
def test_practice_counts_open_gates(broken: tuple[str, ...], headline: str, sentence: str) -> None:
    result = practice(*broken)
    assert (verdict(result).headline, verdict(result).sentence) == (headline, sentence)
    assert result.nothing_open is (not broken)


def test_a_bar_that_only_a_gate_holds_is_told_so() -> None:
    assert verdict(gated()).sentence == "To meet the bar, this has to pass: No finding of high severity."


def test_gates_are_counted_with_the_criteria() -> None:
    assert dict(tally(gated())) == {Status.FAILED: 3, Status.PASSED: 3, Status.NOT_APPLICABLE: 1}


def test_what_was_not_looked_at_is_counted_by_kind() -> None:
    result = with_gates(criteria=("api.lists",))
    assert unmeasured_count(result) == "6 gates"
    assert verdict(result).sentence == "This is practice, not a grade. 30 points of the module were not measured here."
    assert "6 gates, 30 points" in " ".join(REPORTS["html"].render(result).split())


def test_one_reason_behind_several_gates_is_told_once() -> None:
    silent = "GET /schema/ is answered with 404."
    gates = [
        replace(gate(1.0), id=name, status=status, actual=actual, reason=reason)
        for name, status, actual, reason in [
            ("a", Status.FAILED, None, silent),
            ("b", Status.FAILED, None, silent),
            ("c", Status.FAILED, 3.0, silent),
            ("d", Status.FAILED, None, "There are no tests."),
            ("e", Status.NOT_APPLICABLE, None, silent),
        ]
    ]
    assert same_cause(gates) == {"b": gates[0]}


def test_practice_on_some_criteria_does_not_call_the_others_hidden() -> None:
    """Those that were not asked for may have public checks: their points are named, and no more is said."""
    result = practised()
    asked = replace(result, provenance=replace(result.provenance, unofficial_because=(ONLY_SOME,)))
    assert "hidden" in verdict(result).sentence
    assert "hidden" not in verdict(asked).sentence
    assert "of the module were not measured here" in verdict(asked).sentence
