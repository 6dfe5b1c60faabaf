"""What `grader watch` tells of a round while it runs: each thing once, as soon as it is known."""

import pytest

from grader.checkpoint.run.notify import Heard
from grader.cli.rounds import Teller
from grader.domain.course import Criterion, Dimension, Module
from grader.domain.status import Status

TITLES = {"a.first": "The first", "a.second": "The second", "a.third": "The third"}
CRITERIA = tuple(Criterion(one, title, 1, 1, "", (), Dimension.ARCHITECTURE) for one, title in TITLES.items())
MODULE = Module(2, "02-tiny", "Tiny", 80, CRITERIA)
P, F, B, E = Status.PASSED, Status.FAILED, Status.BLOCKED, Status.ERRORED
# Criteria that were open, what is heard (criterion, status, left of it, left of what comes first), what is told.
ROUNDS = {
    "mended": (("a.first",), [("a.first", P, 1, 1), ("a.first", P, 0, 0)], ["The first: passes now"]),
    "not mended": (("a.first",), [("a.first", F, 1, 1), ("a.first", F, 0, 0)], ["The first: still fails"]),
    "half mended": (("a.first",), [("a.first", P, 1, 1), ("a.first", F, 0, 0)], ["The first: still fails"]),
    "waits": (("a.first",), [("a.first", P, 1, 1), ("a.first", B, 0, 0)], ["The first: waits for another"]),
    "unknown": (("a.first",), [("a.first", E, 0, 0)], ["The first: could not be measured"]),
    "broken": ((), [("a.second", P, 1, 1), ("a.second", F, 0, 0)], ["The second: fails now"]),
    "broken later": (
        ("a.first",),
        [("a.first", P, 0, 0), ("a.third", F, 0, 0)],
        ["The first: passes now", "The third: fails now"],
    ),
    "all well": (
        (),
        [("a.first", P, 0, 1), ("a.second", P, 0, 0), ("a.third", P, 0, 0)],
        ["The first 2 checks pass, those that run what was saved among them."],
    ),
}


def told(open_: tuple[str, ...], heard: list[Heard]) -> tuple[list[str], Teller]:
    said: list[str] = []
    teller = Teller(MODULE, open_, say=said.append)
    for one in heard:
        teller.hear(one)
    return said, teller


@pytest.mark.parametrize("name", ROUNDS)
def test_each_thing_is_told_once(name: str) -> None:
    open_, heard, expected = ROUNDS[name]
    said, teller = told(open_, [Heard(*one, checks=9, name="x") for one in heard])
    assert said == expected
    assert teller.answered


def test_a_project_that_does_not_start_is_an_answer() -> None:
    blocked = Heard("a.first", B, 0, 3, 9, "x")
    said, teller = told((), [Heard(stopped="SyntaxError: invalid syntax"), blocked])
    assert said == ["The project does not start: SyntaxError: invalid syntax"]
    assert teller.answered


def test_nothing_is_answered_before_all_that_comes_first() -> None:
    assert not told(("a.first",), [Heard("a.first", F, 0, 1, 9, "x")])[1].answered
