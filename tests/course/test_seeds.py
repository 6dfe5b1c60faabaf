"""Gradings under several seeds: what came out otherwise is named, kept, and done again only after a change."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from grader.course import Course, seeds
from grader.course.ledger import Outcome, entries
from grader.course.lint.checks import time_limits
from grader.course.proving import SEED, Graded
from grader.course.seeds import Repeated, compare, read_seeds, repeat, unrepeated

RIGHT = {"starter": Outcome("", 0, failed=("one.base",)), "solution": Outcome("", 100)}


@pytest.fixture
def graded(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """The gradings that were asked for; one of a starter fails another criterion under the third seed."""
    asked: list[tuple[str, int]] = []

    def grade(course: Course, entry, room: Path, state_dir: Path, children: object, seed: int) -> Graded:
        asked.append((entry.name, seed))
        outcome = RIGHT[entry.kind]
        if entry.kind == "starter" and seed == SEED + 3:
            outcome = Outcome("", 0, failed=("one.base", "one.guard"))
        return Graded(outcome, {"hidden::stands": 3.0 + seed - SEED})

    monkeypatch.setattr(seeds, "_grade", grade)
    return asked


@pytest.fixture
def proved(tmp_path: Path) -> Callable[..., object]:
    return lambda course, **how: repeat(course, state_dir=tmp_path, progress=lambda step: None, **how)


def test_what_luck_decides_is_named(course: Course, graded: list, proved):
    found = proved(course, only=1)
    assert {name: one.unsteady for name, one in found.items()} == {"01/starter": ("one.guard",), "01/solution": ()}
    assert len(graded) == 2 * seeds.SEEDS
    assert found == read_seeds(course)
    assert dict(unrepeated(course, only=1)) == {"01/starter": "not the same under every seed: one.guard"}


def test_what_is_as_it_was_is_left_alone(course: Course, graded: list, proved, rewrite):
    proved(course, only=1)
    graded.clear()
    proved(course, only=1)
    assert {name for name, _ in graded} == {"01/starter"}  # what differed is tried again
    changed = rewrite("modules/01-one/checks/hidden/test_hidden.py", "stands", "stays")
    assert dict(unrepeated(changed, only=1))["01/solution"] == "not repeated since it changed"


def test_a_mutant_is_repeated_when_it_is_named(course: Course, graded: list, proved, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(RIGHT, "mutant", Outcome("", 0, failed=("one.base",)))
    assert list(proved(course, names=("01/mutant/forgets",), seeds=3)) == ["01/mutant/forgets"]
    # Two are graded side by side, so either may ask first.
    assert sorted(graded) == [("01/mutant/forgets", SEED + number) for number in (1, 2, 3)]


@pytest.mark.parametrize(
    ("outcomes", "unsteady"),
    [
        ([Outcome("", 100)] * 3, ()),
        ([Outcome("", 0, failed=("a",)), Outcome("", 100)], ("a",)),
        ([Outcome("", 0, failed=("a",)), Outcome("", 0, blocked=("a",))], ("a",)),
        ([Outcome("", 0, errored=("a",))] * 2, ("a",)),
        ([Outcome("", 0, failed=("a",), blocked=("b",))] * 2, ()),
    ],
)
def test_the_same_is_the_same_status(outcomes: list[Outcome], unsteady: tuple[str, ...]):
    found = compare(SimpleNamespace(key="k"), (1, 2), [Graded(one, {}) for one in outcomes], {})  # type: ignore[arg-type]
    assert found.unsteady == unsteady


def test_the_margin_is_the_longest_of_all_as_a_fraction_of_its_time(course: Course):
    entry = next(iter(entries(course)))
    found = compare(
        entry,
        (1, 2),
        [Graded(RIGHT["solution"], {"a": s, "b": 1.0, "c": 9.0}) for s in (3.0, 6.0)],
        {"a": 30.0, "b": 10.0},
    )
    assert found.slowest == {"a": 0.2, "b": 0.1}
    assert list(found.slowest) == ["a", "b"]


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (Repeated("key", (1, 2), (), {}), ""),
        (Repeated("key", (1,), (), {}), "graded under 1 of 2 seeds"),
        (Repeated("old", (1, 2), (), {}), "not repeated since it changed"),
        (Repeated("key", (1, 2), ("a", "b"), {}), "not the same under every seed: a, b"),
    ],
)
def test_what_is_missing_is_said(found: Repeated, said: str):
    assert found.problem("key", 2) == said


def test_time_limits_are_read_from_the_checks(course: Course, root: Path):
    path = root / "modules/01-one/checks/hidden/test_hidden.py"
    for name, seconds in (("slow", "240"), ("named", "LONG")):
        more = f'\n\n@check("one.guard", seconds={seconds})\ndef test_{name}(app):\n    """Slow."""\n'
        path.write_text(path.read_text("utf-8") + more)
    limits = time_limits(course, course.modules[0])
    assert limits["hidden::slow"] == 240
    assert "hidden::named" not in limits
    assert set(limits.values()) == {30.0, 240}
