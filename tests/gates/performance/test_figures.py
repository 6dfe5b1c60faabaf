"""Thresholds and figures that stand in two places are the same, and what was proved is noted whole."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from benchmarks.duet import MACHINES, SERVERS, Server, play
from grader.course.gates import read_rubric
from grader.domain.errors import EnvironmentError_
from grader.gates.performance.api import Unfit
from grader.gates.performance.gate import COUNTED, PARTS
from grader.gates.performance.limits import P95_MS, RATIO
from grader.gates.performance.measuring import SOURCES
from grader.gates.performance.verdict import Verdict, percentile
from grader.gates.registry import GATES
from grader.sandbox.api import Load
from tests.gates import prove_performance as proof
from tests.gates.performance.conftest import ROOT


def test_measuring_stops_at_the_thresholds_that_are_judged_by() -> None:
    rubric = read_rubric(ROOT)
    assert (rubric["performance.p95"].threshold, rubric["performance.ratio"].threshold) == (P95_MS, RATIO)


def test_every_metric_has_a_part_a_source_and_a_threshold() -> None:
    metrics = {*COUNTED, *(metric for names, _ in PARTS for metric in names)}
    assert metrics == set(GATES["performance"].metrics) == set(SOURCES)
    assert metrics <= set(read_rubric(ROOT))


def test_what_is_measured_while_nothing_else_runs_is_all_but_what_is_counted() -> None:
    assert set(GATES["performance"].alone) == {metric for names, _ in PARTS for metric in names}


def test_no_recorded_run_has_a_wrong_verdict() -> None:
    runs = proof.read()
    assert [run for run in runs if run.wrong] == []


@pytest.mark.parametrize(
    ("kind", "verdict", "more", "wrong"),
    [
        ("honest", "above", {}, True),
        ("honest", "failed", {}, True),
        ("honest", "within", {"p95_verdict": "above"}, True),
        ("honest", "within", {"p95_verdict": "undecided"}, False),
        ("honest", "undecided", {}, False),
        ("honest", "errored", {}, False),
        ("sleeps 20 ms", "within", {}, True),
        ("sleeps 20 ms", "undecided", {}, False),
        ("asks row by row", "within", {"growth": 0}, True),
        ("asks row by row", "within", {"growth": 19}, False),
        ("asks row by row", "errored", {}, False),
    ],
)
def test_a_wrong_verdict_would_be_seen(kind: str, verdict: str, more: Mapping[str, Any], wrong: bool) -> None:
    run = proof.Run(kind, verdict, 1.0, **more)
    assert run.wrong is wrong
    summed = proof.summary([run])[kind]
    assert (summed["runs"], summed[verdict], summed["wrong"]) == (1, 1, wrong)


@pytest.mark.parametrize(
    ("raised", "verdict"), [(Unfit("no page"), "failed"), (EnvironmentError_("no room", "Make some."), "errored")]
)
def test_a_run_without_a_verdict_is_noted_too(
    raised: Exception, verdict: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def measured(*given: object) -> proof.Run:
        raise raised

    monkeypatch.setattr(proof, "_measured", measured)
    run = proof.measure("honest", 1, tmp_path)
    assert (run.verdict, run.ratio) == (verdict, None)
    assert "no " in run.reason


def test_what_is_noted_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = proof.Run("honest", "within", 61.0, ratio=1.02, p95_verdict="within", p95_ms=55.0, rounds=1)
    monkeypatch.setattr(proof, "LEDGER", tmp_path / "performance.json")
    proof.write([run])
    assert proof.read() == [run]
    monkeypatch.setattr(proof, "key", lambda: "another")
    assert proof.read() == []


@pytest.mark.parametrize(
    ("server", "machine", "wanted"),
    [
        (SERVERS["the course's own"], "changing", {Verdict.WITHIN}),
        (SERVERS["3 times slower"], "busy", {Verdict.ABOVE}),
        (Server(sleeps=2.0), "busy", {Verdict.ABOVE}),
        (SERVERS["1.5 times slower"], "busy", {Verdict.ABOVE, Verdict.UNDECIDED}),
    ],
)
def test_what_is_simulated_is_judged_right(server: Server, machine: str, wanted: set[Verdict]) -> None:
    from random import Random

    load, pace = MACHINES[machine]
    assert {play(server, load, pace, Random(seed))[0] for seed in range(5)} <= wanted


@pytest.mark.parametrize(("values", "share", "found"), [(range(1, 101), 0.95, 95), ([7.0], 0.95, 7), ([1, 2], 0.5, 1)])
def test_a_percentile_is_a_value_that_was_seen(values: list[float], share: float, found: float) -> None:
    assert percentile(list(values), share) == found


def test_of_two_readings_the_group_counts_those_that_ended_and_threads_tell_without_one() -> None:
    before, after = {1: (1.0, 0.5), 2: (9.0, 9.0)}, {1: (1.5, 0.7), 3: (0.25, 0.0)}
    assert loads(before, None).computed_since(loads(before, None)) == 0
    assert loads(after, None).computed_since(loads(before, None)) == pytest.approx(0.75)
    assert loads(after, 12.0).computed_since(loads(before, 10.0)) == 2
    assert loads(after, 12.0).waited_since(loads(before, 10.0)) == pytest.approx(0.2)


def loads(threads: Mapping[int, tuple[float, float]], computed_s: float | None) -> Load:
    """A reading."""
    return Load(computed_s, threads)
