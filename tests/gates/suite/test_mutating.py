"""How long a changed module's tests may take: what they wait for a processor that others have does not count."""

import os
import time
from collections.abc import Callable

import pytest

from grader.gates.suite.inside import mutating, waiting
from grader.gates.suite.inside.mutating import in_child

Outcome = tuple[str, str]


def outcome(work: Callable[[], Outcome], within_s: float) -> Outcome:
    return in_child(work, within_s)[:2]


def slept(seconds: float) -> Outcome:
    time.sleep(seconds)
    return "S", "through"


def test_what_ends_in_time_says_how() -> None:
    assert outcome(lambda: slept(0.01), 20.0) == ("survived", "through")


def test_what_sleeps_is_charged_for_it() -> None:
    began = time.monotonic()
    assert outcome(lambda: slept(60.0), 0.3) == ("timeout", "")
    assert time.monotonic() - began < 30


def test_what_waits_for_a_processor_is_not_charged_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same that would be too slow: as if the machine had been busy with other things all the time."""
    began = time.monotonic()
    monkeypatch.setattr(waiting, "waited", lambda process: time.monotonic() - began)
    assert outcome(lambda: slept(1.0), 0.4) == ("survived", "through")


def test_what_never_gets_a_processor_ends_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "waited", lambda process: 1e9)
    monkeypatch.setattr(mutating, "_WALL_FACTOR", 2.0)
    assert outcome(lambda: slept(60.0), 0.3) == ("timeout", "")


def test_waiting_is_read_of_a_process_that_there_is() -> None:
    assert waiting.waited(os.getpid()) >= 0
    assert waiting.waited(2**22 + 7) == 0


def test_seconds_are_those_that_a_free_machine_would_take(monkeypatch: pytest.MonkeyPatch) -> None:
    assert 0.3 <= in_child(lambda: slept(0.3), 20.0)[2] < 10
    monkeypatch.setattr(waiting, "waited", lambda process="self": 1e9)
    assert in_child(lambda: slept(0.01), 20.0)[2] == 0


def test_a_clock_stands_while_others_have_the_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    before = waiting.clock()
    monkeypatch.setattr(waiting, "waited", lambda process="self": 100.0)
    assert waiting.clock() < before
