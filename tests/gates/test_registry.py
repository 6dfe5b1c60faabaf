"""Gates are run one by one: what goes wrong in one is no verdict on the submission, and no end of the others."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

import pytest

from grader.domain.errors import EnvironmentError_
from grader.domain.evidence import Measurement
from grader.domain.layout import COURSE
from grader.domain.status import Status
from grader.gates import GATES, METRICS, measure, registry
from grader.gates.subject import Gate, Subject

SUBJECT = Subject(Path(), Path(), COURSE, cast("Any", None))


class Sound:
    """A gate that measures."""

    def measure(self, subject: Subject) -> Iterable[Measurement]:
        yield Measurement("sound.one", 99.0, "%", Status.PASSED, "sound 1")


class Broken:
    """A gate that raises."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def measure(self, subject: Subject) -> Iterable[Measurement]:
        raise self.error


UNITS = {"sound": {"sound.one": "%", "sound.two": "ms"}, "broken": {"broken.one": ""}}


def gates(monkeypatch: pytest.MonkeyPatch, **given: Gate) -> None:
    """These are all gates that there are."""
    monkeypatch.setattr(registry, "GATES", {name: UNITS[name] for name in given})
    monkeypatch.setattr(registry, "load", given.__getitem__)


@pytest.mark.parametrize("error", [ValueError("x"), EnvironmentError_("x", "y"), RecursionError()])
def test_one_gate_that_breaks_is_errored_and_the_others_go_on(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    gates(monkeypatch, broken=Broken(error), sound=Sound())
    said: list[str] = []
    found = measure(["sound.one", "broken.one", "sound.one"], SUBJECT, progress=lambda step: said.append(step.text))
    assert [(m.metric, m.status, m.value) for m in found] == [
        ("sound.one", Status.PASSED, 99.0),
        ("broken.one", Status.ERRORED, None),
    ]
    assert found[1].fault
    assert said == ["Measuring broken", "Measuring sound"]


def test_silence_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    gates(monkeypatch, sound=Sound())
    found = measure(["sound.two", "unknown.metric"], SUBJECT, progress=lambda step: None)
    assert [m.status for m in found] == [Status.ERRORED, Status.ERRORED]


def test_every_metric_is_of_one_gate_and_every_gate_can_be_loaded() -> None:
    assert len(METRICS) == sum(map(len, GATES.values()))
    assert all(registry.load(name).measure for name in GATES)
