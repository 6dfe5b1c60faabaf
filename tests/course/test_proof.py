"""The ledger and the proof, on a tiny course; nothing is graded here."""

import json
import re
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.course import Course, load_course, prove, verify
from grader.course.ledger import Outcome, entries, ledger_path, read_ledger, write_ledger
from grader.domain.errors import CourseError, SandboxError, UsageError_
from grader.domain.progress import Progress
from tests.course.proofs import ALL, entry, right, run


def test_every_state_and_mutant_is_an_entry(course: Course):
    assert [e.name for e in entries(course)] == [
        "01/starter",
        "01/solution",
        "01/junk/empty",
        "01/mutant/forgets",
        "02/starter",
        "02/solution",
        "02/starter-for-01",
        "02/junk/empty",
        "02/mutant/forgets",
    ]
    assert {e.name[:2] for e in entries(course, only=2)} == {"02"}


PROBLEMS = [
    ("01/starter", Outcome("", 0, failed=ALL), ""),
    ("01/starter", Outcome("", 0, failed=("one.base",), blocked=("one.guard",)), ""),
    ("01/starter", Outcome("", 40, failed=("one.base",)), "passes where nothing is built: one.guard"),
    ("01/starter", Outcome("", 0, failed=("one.base",), errored=("one.guard",)), "could not be measured: one.guard"),
    ("01/solution", Outcome("", 100), ""),
    ("01/solution", Outcome("", 60, failed=("one.guard",)), "not passed: one.guard"),
    ("01/solution", Outcome("", 90), "a score of 90, though what passed is worth 100"),
    ("02/starter-for-01", Outcome("", 100), ""),
    ("02/starter-for-01", Outcome("", 40, failed=("one.base",)), "not passed: one.base"),
    ("01/mutant/forgets", Outcome("", 0, failed=ALL), ""),
    ("01/mutant/forgets", Outcome("", 60, failed=("one.guard",)), "does not fail one.base"),
    ("01/mutant/forgets", Outcome("", 100), "does not fail one.base, one.guard"),
    ("01/mutant/forgets", Outcome("", 0, failed=("gone",)), "gone: no criterion of this module"),
]


@pytest.mark.parametrize(("name", "outcome", "problem"), PROBLEMS)
def test_what_an_entry_may_not_do(course: Course, name: str, outcome: Outcome, problem: str):
    assert entry(course, name).problem(outcome) == problem


@pytest.mark.parametrize("failed", [("one.base",), ALL])
def test_what_a_mutant_may_fail_it_need_not(rewrite: Callable[..., Course], failed: tuple[str, ...]):
    old, new = 'must_fail = ["one.base", "one.guard"]', 'must_fail = ["one.base"]\nmay_fail = ["one.guard"]'
    course = rewrite("modules/01-one/mutants/forgets.toml", old, new)
    found = entry(course, "01/mutant/forgets")
    assert found.problem(Outcome("", 0 if failed == ALL else 40, failed=failed)) == ""
    assert found.problem(Outcome("", 60, failed=("one.guard",))) == "does not fail one.base"
    assert prove.unproved(course, 1)[0].problem == "no mutant fails one.guard"


def test_what_no_check_reads_is_neither_graded_nor_part_of_a_key(rewrite: Callable[..., Course]):
    """Of the module that says so: its other states, and other modules, keep all files."""
    change = ("reference/src/plain.py", "os.name", "os.sep")
    all_read = {e.name: e for e in entries(rewrite(*change))}
    unread = ("modules/01-one/module.toml", "pass_score = 80", 'pass_score = 80\nunread = ["src/"]')
    left_out = {e.name: e for e in entries(rewrite(*unread))}
    course = rewrite(change[0], change[2], "os.curdir")
    for e in entries(course):
        own = e.module.number == 1
        assert any(path.startswith("src/") for path in e.tree) is not own
        assert (e.key == left_out[e.name].key) is (e.tree_key == left_out[e.name].tree_key) is own
        assert e.key != all_read[e.name].key


def test_the_lists_of_a_mutant_judge_its_outcome_and_make_nothing_due(course: Course, rewrite: Callable[..., Course]):
    before = entry(course, "01/mutant/forgets").key
    changed = rewrite("modules/01-one/mutants/forgets.toml", '["one.base", "one.guard"]', '["one.base"]')
    assert entry(changed, "01/mutant/forgets").key == before


def test_a_mutant_that_fails_more_than_it_names_is_too_coarse(rewrite: Callable[..., Course]):
    course = rewrite("modules/01-one/mutants/forgets.toml", '["one.base", "one.guard"]', '["one.guard"]')
    mutant = entry(course, "01/mutant/forgets")
    assert mutant.problem(Outcome("", 0, failed=ALL)) == "also fails one.base"
    assert mutant.problem(Outcome("", 60, failed=("one.guard",))) == ""
    assert mutant.problem(Outcome("", 40, failed=("one.base",), blocked=())).startswith("does not fail one.guard")


def test_only_what_depends_on_a_failure_may_be_blocked(rewrite: Callable[..., Course]):
    course = rewrite("modules/01-one/mutants/forgets.toml", '["one.base", "one.guard"]', '["one.base"]')
    mutant = entry(course, "01/mutant/forgets")
    assert mutant.problem(Outcome("", 0, failed=("one.base",), blocked=("one.guard",))) == ""
    course = rewrite("modules/01-one/module.toml", 'requires = ["one.base"]', "requires = []")
    mutant = entry(course, "01/mutant/forgets")
    told = mutant.problem(Outcome("", 0, failed=("one.base",), blocked=("one.guard",)))
    assert told == "blocked, though nothing they require failed: one.guard"


def test_keys_are_of_contents_and_not_of_places_or_times(course: Course, tmp_path: Path):
    keys = {e.name: e.key for e in entries(course)}
    moved = load_course(shutil.copytree(course.root, tmp_path / "elsewhere" / "x", copy_function=shutil.copyfile))
    (moved.reference / "run.sh").chmod(0o755)
    assert {e.name: e.key for e in entries(moved)} == keys
    apart = [key for name, key in keys.items() if "junk" not in name]  # without apps it is the solution
    assert len(set(apart)) == len(apart)


SCORED_BY_02 = {"02/starter", "02/solution", "02/junk", "02/mutant"}
CHANGES = [
    ("reference/src/plain.py", "sys)", "os)", {"01", "02"}),
    ("modules/01-one/checks/hidden/test_hidden.py", "stands", "stays", {"01", "02/starter-for-01"}),
    ("modules/02-two/checks/conftest.py", "shared", "common", SCORED_BY_02),
    ("modules/02-two/module.toml", "manual = true", "manual = true # always", set()),
    ("modules/02-two/module.toml", 'requires = ["two.base"]', "", SCORED_BY_02),
    ("modules/02-two/mutants/forgets.toml", " - 1", " - 2", {"02/mutant"}),
    ("modules/02-two/module.toml", "Build it.", "Do build it.", set()),
    ("modules/02-two/README.md", "anchor", "Anchor", set()),
]


@pytest.mark.parametrize(("path", "old", "new", "changed"), CHANGES)
def test_a_key_changes_with_what_decides_a_verdict(
    course: Course, rewrite: Callable[..., Course], path: str, old: str, new: str, changed: set[str]
):
    before = {e.name: e.key for e in entries(course)}
    if path.endswith("README.md"):
        (course.root / path).write_text((course.root / path).read_text() + old)
    after = {e.name: e.key for e in entries(rewrite(path, old, new))}
    assert {n for n in before if before[n] != after[n]} == {
        n for n in before for c in changed if n == c or n.startswith(f"{c}/")
    }


def test_the_ledger_is_read_as_it_was_written(course: Course):
    assert read_ledger(course) == {}
    ledger = right(course)
    write_ledger(course, ledger)
    assert read_ledger(course) == ledger
    assert list(json.loads(ledger_path(course).read_text())) == sorted(ledger)
    ledger_path(course).write_text('{"01/starter": {"score": 3}}')
    with pytest.raises(CourseError, match=r"ledger\.json: Object missing required field `key`"):
        read_ledger(course)


def test_a_write_that_is_interrupted_leaves_the_old_ledger(course: Course, monkeypatch: pytest.MonkeyPatch):
    write_ledger(course, right(course))
    before = ledger_path(course).read_bytes()

    def interrupted(self: Path, target: Path) -> Path:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_ledger(course, {})
    assert ledger_path(course).read_bytes() == before
    assert not list((course.root / "modules").glob(".ledger-*"))


def test_only_what_changed_is_graded_again(course: Course, graded: list[str], tmp_path: Path):
    assert run(course, tmp_path) == prove.Proof(9, 9, ())
    assert run(course, tmp_path) == prove.Proof(9, 0, ())
    (course.root / "modules/02-two/mutants/forgets.toml").write_text(
        (course.root / "modules/02-two/mutants/forgets.toml").read_text().replace(" - 1", " - 2")
    )
    graded.clear()
    assert run(course, tmp_path) == prove.Proof(9, 1, ())
    assert graded == ["02/mutant/forgets"]
    assert run(course, tmp_path, only=1, anew=True) == prove.Proof(4, 4, ())


def test_what_an_older_grader_graded_counts_is_told_and_can_be_graded_again(
    course: Course, graded: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    run(course, tmp_path)
    monkeypatch.setattr(prove, "grader_fingerprint", lambda: "another")
    wanted = list(entries(course))
    assert prove.by_older_grader(wanted, read_ledger(course)) == tuple(wanted)
    assert prove.judge(wanted, read_ledger(course)) == ()
    graded.clear()
    assert run(course, tmp_path) == prove.Proof(9, 0, (), older=9)
    run(course, tmp_path, only=1, older=True)
    assert sorted(graded) == ["01/junk/empty", "01/mutant/forgets", "01/solution", "01/starter"]


def test_before_a_release_nothing_may_be_of_an_older_grader(
    course: Course, graded: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    run(course, tmp_path)
    monkeypatch.setattr(verify, "regrade", lambda course, chosen, **_: {e.name: right(course)[e.name] for e in chosen})
    monkeypatch.setattr(prove, "grader_fingerprint", lambda: "another")
    found = [[f.problem for f in verify._proved(course, tmp_path, 2, 1, 0, strict)] for strict in (False, True)]
    assert found == [[], ["4 of 4 entries were graded by an older grader"]]


def test_what_left_the_course_leaves_the_ledger(course: Course, graded: list[str], tmp_path: Path):
    run(course, tmp_path)
    (course.root / "modules/02-two/mutants/forgets.toml").unlink()
    proof = run(course, tmp_path)
    assert "02/mutant/forgets" not in read_ledger(course)
    assert proof.wrong == (prove.Wrong("02/mutant", "no mutant fails two.base, two.guard"),)


@pytest.mark.parametrize("error", [KeyboardInterrupt, SandboxError])
def test_an_interrupted_proof_keeps_what_it_has_and_goes_on_from_there(
    course: Course, graded: list[str], tmp_path: Path, error: type[BaseException]
):
    def stop(step: Progress) -> None:
        if step.done == 2:
            raise error("stopped")

    before = set(threading.enumerate())
    with pytest.raises(error):
        prove.prove(course, state_dir=tmp_path, progress=stop, jobs=1)
    assert set(threading.enumerate()) == before
    assert len(read_ledger(course)) == 2
    graded.clear()
    assert run(course, tmp_path) == prove.Proof(9, 7, ())
    assert len(graded) == 7


NAMED = [
    (("forgets",), ["01/mutant/forgets", "02/mutant/forgets"]),
    (("02/mutant/forgets",), ["02/mutant/forgets"]),
    (("two.guard",), ["02/junk/empty", "02/mutant/forgets", "02/solution", "02/starter"]),
    (("one.base", "02/starter"), ["01/junk/empty", "01/mutant/forgets", "01/solution", "01/starter", "02/starter"]),
]


@pytest.mark.parametrize(("names", "expected"), NAMED)
def test_what_is_named_is_graded_whether_it_changed_or_not(
    course: Course, graded: list[str], tmp_path: Path, names: tuple[str, ...], expected: list[str]
):
    run(course, tmp_path)
    graded.clear()
    assert run(course, tmp_path, names=names) == prove.Proof(len(expected), len(expected), ())
    assert sorted(graded) == expected


def test_a_name_of_nothing_is_told_with_those_that_are_like_it(course: Course, graded: list[str], tmp_path: Path):
    with pytest.raises(UsageError_) as refused:
        run(course, tmp_path, names=("forgest",))
    assert (refused.value.message, refused.value.hint) == (
        "there is no mutant, state or criterion forgest",
        "Did you mean forgets?",
    )
    assert graded == []


def test_how_long_it_still_takes_is_said(course: Course, graded: list[str], tmp_path: Path):
    steps: list[Progress] = []
    prove.prove(course, state_dir=tmp_path, progress=steps.append, jobs=1)
    *before, last = [(step.done, step.total, step.text.partition(", ")[2]) for step in steps if step.total]
    assert [(done, total) for done, total, _ in before] == [(n, 9) for n in range(1, 9)]
    assert all(re.fullmatch(r"about \d+0 s left", text) for _, _, text in before)
    assert last == (9, 9, "the last")
    assert (prove._about(89), prove._about(3600)) == ("about 90 s left", "about 60 min left")


def test_what_was_errored_is_never_current(course: Course):
    each = entry(course, "01/solution")
    assert prove.is_current(each, Outcome(each.key, 100))
    assert not prove.is_current(each, Outcome(each.key, 0, errored=ALL))
    assert not prove.is_current(each, Outcome("other", 100))
    assert not prove.is_current(each, None)


def test_a_seed_draws_the_same_sample_wherever_it_is_drawn(course: Course):
    pool = list(entries(course))
    assert prove.draw(pool, 3, 7) == prove.draw(reversed(pool), 3, 7)
    assert len(prove.draw(pool, 99, 7)) == 9
    assert len({tuple(e.name for e in prove.draw(pool, 3, seed)) for seed in range(9)}) > 1
