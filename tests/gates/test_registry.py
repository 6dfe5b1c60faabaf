"""Gates are run one by one: what goes wrong in one is no verdict on the submission, and no end of the others."""

import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, cast

import pytest

from grader.domain.errors import EnvironmentError_
from grader.domain.evidence import Measurement
from grader.domain.status import Status
from grader.gates import GATES, METRICS, measure, registry
from grader.gates.registry import Listed
from grader.gates.subject import Gate, Shared, Subject


def opened(name: str) -> AbstractContextManager[Subject]:
    """No gate here looks at anything."""
    return nullcontext(cast("Any", None))


class Sound:
    """A gate that measures."""

    def measure(self, subject: Subject, metrics: frozenset[str]) -> Iterable[Measurement]:
        yield Measurement("sound.one", 99.0, "%", Status.PASSED, "sound 1")


class Broken:
    """A gate that raises."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def measure(self, subject: Subject, metrics: frozenset[str]) -> Iterable[Measurement]:
        raise self.error


UNITS = {
    "sound": {"sound.one": "%", "sound.two": "ms"},
    "broken": {"broken.one": ""},
    "alone": {"alone.one": "s", "alone.counted": ""},
}
ALONE = frozenset({"alone.one"})


def gates(monkeypatch: pytest.MonkeyPatch, **given: Gate) -> None:
    """These are all gates that there are."""
    monkeypatch.setattr(registry, "GATES", {name: Listed(UNITS[name], alone=ALONE) for name in given})
    monkeypatch.setattr(registry, "load", given.__getitem__)


@pytest.mark.parametrize("error", [ValueError("x"), EnvironmentError_("x", "y"), RecursionError()])
def test_one_gate_that_breaks_is_errored_and_the_others_go_on(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    gates(monkeypatch, broken=Broken(error), sound=Sound())
    said: list[str] = []
    found = measure(["sound.one", "broken.one", "sound.one"], opened, progress=lambda step: said.append(step.text))
    assert [(m.metric, m.status, m.value) for m in found] == [
        ("sound.one", Status.PASSED, 99.0),
        ("broken.one", Status.ERRORED, None),
    ]
    assert found[1].fault
    assert said == ["Measuring broken", "Measuring sound"]


class Together:
    """A gate that ends when another one has begun too."""

    def __init__(self, metric: str, barrier: threading.Barrier) -> None:
        self.metric, self.barrier = metric, barrier

    def measure(self, subject: Subject, metrics: frozenset[str]) -> Iterable[Measurement]:
        self.barrier.wait(10)
        yield Measurement(self.metric, 1.0, "", Status.PASSED, "barrier")


def test_gates_share_the_lanes_and_one_that_measures_time_runs_after_all_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    barrier = threading.Barrier(2)
    gates(monkeypatch, alone=Sound(), sound=Together("sound.one", barrier), broken=Together("broken.one", barrier))
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    said: list[str] = []
    wanted = ["alone.one", "sound.one", "broken.one"]
    found = measure(wanted, opened, progress=lambda step: said.append(step.text), lanes=2)
    assert [m.metric for m in found if m.status is Status.PASSED] == ["sound.one", "broken.one"]
    assert said[-1] == "Measuring alone"


class Asked:
    """A gate that notes which metrics it was asked for, each time."""

    def __init__(self) -> None:
        self.asked: list[frozenset[str]] = []

    def measure(self, subject: Subject, metrics: frozenset[str]) -> Iterable[Measurement]:
        self.asked.append(metrics)
        return [Measurement(metric, 1.0, "", Status.PASSED, "asked") for metric in metrics]


def test_what_no_clock_decides_is_measured_beside_other_gates(monkeypatch: pytest.MonkeyPatch) -> None:
    barrier, asked = threading.Barrier(2), Asked()
    gates(monkeypatch, sound=Together("sound.one", barrier), broken=Together("broken.one", barrier), alone=asked)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    said: list[str] = []
    wanted = ["alone.one", "sound.one", "broken.one", "alone.counted"]
    found = measure(wanted, opened, progress=lambda step: said.append(step.text), lanes=2)
    assert [m.metric for m in found if m.status is Status.PASSED] == wanted
    assert asked.asked == [{"alone.counted"}, {"alone.one"}]
    assert said[-1] == "Measuring alone"
    assert said.count("Measuring alone") == 2


class HalfWay(Sound):
    """A gate that measures one metric and fails at the next."""

    def measure(self, subject: Subject, metrics: frozenset[str]) -> Iterable[Measurement]:
        yield from super().measure(subject, metrics)
        raise ValueError("half way")


def test_what_was_measured_before_a_fault_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    gates(monkeypatch, sound=HalfWay())
    found = measure(["sound.one", "sound.two"], opened, progress=lambda step: None)
    assert [m.status for m in found] == [Status.PASSED, Status.ERRORED]
    assert "half way" in found[1].fault


def test_what_nobody_asked_for_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    gates(monkeypatch, sound=Sound())
    assert [m.metric for m in measure(["sound.two"], opened, progress=lambda step: None)] == ["sound.two"]


def test_silence_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    gates(monkeypatch, sound=Sound())
    found = measure(["sound.two", "unknown.metric"], opened, progress=lambda step: None)
    assert [m.status for m in found] == [Status.ERRORED, Status.ERRORED]


def test_every_metric_is_of_one_gate_and_every_gate_can_be_loaded() -> None:
    assert len(METRICS) == sum(len(gate.metrics) for gate in GATES.values())
    assert all(registry.load(name).measure for name in GATES)


def test_what_two_gates_need_alike_is_found_out_once() -> None:
    shared, asked, both = Shared(), [], threading.Barrier(2, timeout=10)

    def find() -> int:
        asked.append(1)
        return len(asked)

    def gate() -> int:
        both.wait()
        return shared.once("suite", find)

    with ThreadPoolExecutor(2) as pool:
        assert [future.result() for future in [pool.submit(gate), pool.submit(gate)]] == [1, 1]
    assert shared.once("another", find) == 2


def test_what_could_not_be_found_out_is_an_error_for_each_that_asks() -> None:
    shared, asked = Shared(), []

    def broken() -> None:
        asked.append(1)
        raise EnvironmentError_("x", "y")

    for _ in range(2):
        with pytest.raises(EnvironmentError_):
            shared.once("suite", broken)
    assert asked == [1]


def test_the_speed_of_each_gate_is_measured_by_make_bench() -> None:
    text = (Path(__file__).parents[2] / "benchmarks" / "__main__.py").read_text("utf-8")
    named = {"strength": "test strength gate", "scenarios": "failure scenarios gate", "performance": "performance gate"}
    missing = [name for name in GATES if named.get(name, f"{name} gate") not in text]
    assert missing == []
