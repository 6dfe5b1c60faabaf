"""Gradings under load: counted, kept after each round, gone on with, and judged."""

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from grader.course import Course, load
from grader.course.load import NEIGHBOURS, Steadiness, prove_under_load, read_load, unsteady
from grader.sandbox.load import usage


@pytest.fixture
def scores(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What the gradings give, one after the other; no more of them is an interruption."""
    given: list[int] = []
    lock = threading.Lock()

    def grade(source: Path, assignment: object, options: object, *, progress: object) -> SimpleNamespace:
        with lock:
            if not given:
                raise KeyboardInterrupt
            score = given.pop(0)
        return SimpleNamespace(graded=score >= 0, score=score, criteria=())

    monkeypatch.setattr(load, "grade", grade)
    monkeypatch.setattr(load, "LOOPS", 2)
    return given


@pytest.fixture
def prove(course: Course, tmp_path: Path) -> Callable[..., object]:
    return lambda **how: prove_under_load(course, state_dir=tmp_path, progress=lambda step: None, rounds=5, **how)


def test_each_kind_of_load_gets_its_rounds(course: Course, prove, scores: list[int]):
    scores += [100] * 10
    assert {name: found.scores for name, found in prove().items()} == {
        "02/busy": (100,) * 5,
        "02/neighbours": (100,) * (NEIGHBOURS + 1),
    }
    assert list(unsteady(course, rounds=5)) == []
    assert prove() == read_load(course)


def test_an_interrupted_proof_goes_on_where_it_was(course: Course, prove, scores: list[int]):
    scores += [100, 100]
    with pytest.raises(KeyboardInterrupt):
        prove()
    assert read_load(course)["02/busy"].scores == (100, 100)
    assert dict(unsteady(course, rounds=5))["02/busy"] == "2 of 5 gradings done"
    scores += [100] * 8
    prove()
    assert list(unsteady(course, rounds=5)) == []


def test_the_busy_processes_end_with_the_proof(course: Course, prove, scores: list[int]):
    scores += [100]
    before = len(usage())
    with pytest.raises(KeyboardInterrupt):
        prove()
    assert len(usage()) <= before + 1  # a thread of the pool may still be ending


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ({}, ""),
        ({"scores": (100, 98, 100)}, "1 of 3 gradings did not give 100 points: [98]"),
        ({"scores": (100, -1, 100)}, "1 of 3 gradings did not give 100 points: [-1]"),
        ({"scores": (100, 100)}, "2 of 3 gradings done"),
        ({"key": "old"}, "not proved since it changed"),
    ],
)
def test_only_full_marks_in_every_round_are_a_proof(found: dict, said: str):
    whole = Steadiness("key", 100, (100, 100, 100))
    assert replace(whole, **found).problem("key", 3) == said


def test_a_change_begins_anew(course: Course, prove, rewrite, scores: list[int]):
    scores += [100] * 10
    prove()
    changed = rewrite("modules/02-two/checks/conftest.py", "shared", "common")
    assert {problem for _, problem in unsteady(changed, rounds=5)} == {"not proved since it changed"}
