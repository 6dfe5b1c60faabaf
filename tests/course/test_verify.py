"""What verify finds on a tiny course; nothing is graded here."""

from collections.abc import Callable
from pathlib import Path

import pytest

from grader.course import Course, build_starters, verify
from grader.course.ledger import Outcome, entries, write_json, write_ledger
from grader.course.load import KINDS, ROUNDS, Steadiness, load_path
from grader.course.seeds import SEEDS, Repeated, seeds_path
from tests.course.proofs import entry, right, silent


@pytest.fixture
def found(graded: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., dict[str, str]]:
    """What verify finds, as problems by place; states are not run."""
    monkeypatch.setattr(verify, "check_state", lambda course, state, state_dir: iter(()))

    def findings(course: Course, sample: int = 0) -> dict[str, str]:
        all_ = verify.verify(course, state_dir=tmp_path, sample=sample, only=None, progress=silent)
        assert all(f.remedy for f in all_)
        return {f.where: f.problem for f in all_}

    return findings


def proved(course: Course) -> Course:
    build_starters(course)
    write_ledger(course, right(course))
    write_json(load_path(course), steady(course))
    write_json(seeds_path(course), repeated(course))
    return course


def steady(course: Course) -> dict[str, Steadiness]:
    """A ledger of gradings under load in which every score is full."""
    key = entry(course, "02/solution").key
    return {f"02/{kind}": Steadiness(key, 100, (100,) * ROUNDS) for kind in KINDS}


def repeated(course: Course) -> dict[str, Repeated]:
    """A ledger of gradings under five seeds that all came out alike."""
    right = [e for e in entries(course) if e.kind in ("starter", "solution", "accepted")]
    return {e.name: Repeated(e.key, tuple(range(SEEDS)), (), {"hidden::stands": 0.1}) for e in right}


def test_a_course_that_is_right_has_no_findings(course: Course, found: Callable[..., dict[str, str]]):
    assert found(proved(course), sample=3) == {}


FINDINGS = [
    ("reference/src/plain.py", "sys)", "os)", "modules/01-one/starter/src/plain.py", "changed: not what the reference"),
    ("reference/src/plain.py", "sys)", "os)", "modules/ledger.json", "9 of 9 entries are out of date"),
    (
        "modules/01-one/checks/hidden/test_hidden.py",
        "one.guard",
        "one.gard",
        "modules/01-one/checks/hidden/test_hidden.py:10",
        "one.gard is no criterion of module 01; did you mean one.guard?",
    ),
    ("modules/01-one/mutants/forgets.toml", ', "one.guard"', "", "01/mutant", "no mutant fails one.guard"),
    ("modules/01-one/mutants/forgets.toml", "len(", "lens(", "proof", "mutants/forgets.toml: the old text is 0 times"),
    ("reference/src/app.py", "# # TODO(01): ask", "# ask", "starters", "this stub has no TODO(01)"),
    ("modules/ledger.json", "02/mutant/forgets", "02/mutant/gone", "02/mutant/gone", "no longer in the course"),
    ("modules/load.json", '"02/busy"', '"02/idle"', "modules/load.json: 02/busy", "not proved"),
    (
        "modules/load.json",
        "[\n   100",
        "[\n   98",
        "modules/load.json: 02/busy",
        "1 of 20 gradings did not give 100 points",
    ),
    ("reference/src/plain.py", "sys)", "os)", "modules/load.json: 02/busy", "not proved since it changed"),
    ("modules/seeds.json", "[]", '["one.base"]', "modules/seeds.json: 01/starter", "not the same under every seed"),
    ("reference/src/plain.py", "sys)", "os)", "modules/seeds.json: 01/solution", "not repeated since it changed"),
]


@pytest.mark.parametrize(("path", "old", "new", "where", "problem"), FINDINGS)
def test_what_does_not_hold_is_found(
    course: Course, rewrite: Callable[..., Course], found, path: str, old: str, new: str, where: str, problem: str
):
    proved(course)
    assert problem in found(rewrite(path, old, new))[where]


def test_an_entry_that_was_written_by_hand_does_not_stay(course: Course, found):
    ledger = right(proved(course))
    write_ledger(course, ledger | {"01/solution": Outcome(ledger["01/solution"].key, 100, blocked=("one.review",))})
    assert "otherwise than the ledger says" in found(course, sample=7)["01/solution"]


def test_checks_that_are_no_python_are_found(course: Course, rewrite: Callable[..., Course], found):
    proved(course)
    problems = found(rewrite("modules/01-one/checks/hidden/test_hidden.py", "def test_base", "def def"))
    assert any(where.endswith("test_hidden.py:6") and "does not parse" in said for where, said in problems.items())
