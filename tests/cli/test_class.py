"""`grader score`, `judge` and `export` on a class that was recorded; what is wrong is said before anything changes."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from grader.classroom.held import held
from grader.classroom.journal import Journal
from grader.classroom.people import HandIn
from grader.cli.main import grader
from grader.course import load_course
from grader.domain.errors import GraderError, UsageError_
from tests.classroom.samples import measured

ROOT = Path(__file__).parents[2]
MODULE = next(m for m in load_course(ROOT).modules if m.number == 2)
ROLE = next(c for c in MODULE.criteria if c.id == "domain.user-role")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A class of two who have everything but one criterion."""
    folder = tmp_path / "class"
    folder.mkdir()
    passed = [c.id for c in MODULE.criteria if c is not ROLE]
    with Journal(folder, create=True) as journal:
        journal.state(assignment=MODULE.slug, how="{}")
        for name in ("ada", "bo"):
            number = journal.hand_in(HandIn(name, 1, Path(name)))
            said = measured(passed, module=MODULE)
            journal.record(
                number, mark="m", basis="b", outcome="measured", at="2026-03-01T12:00:00Z", seconds=9.0, measured=said
            )
    return folder


def run(*words: object) -> Result:
    return CliRunner().invoke(grader, [*map(str, words)], catch_exceptions=True)


def done(*words: object) -> str:
    result = run(*words)
    assert result.exception is None, result.exception
    return result.output


def refused(*words: object) -> GraderError:
    error = run(*words).exception
    assert isinstance(error, GraderError)
    return error


def test_it_scores_judges_and_exports_what_was_recorded(folder: Path) -> None:
    first = done("score", folder, "--author", "Grace")
    assert "2 scored, 0 changed." in first
    assert (folder / "feedback/ada/report.html").is_file()
    judged = done("judge", folder, "ada", "--criterion", ROLE.id, "--as", "passed", "--reason", "It is there.")
    assert f" → {sum(c.points for c in MODULE.criteria)}" in judged
    assert "was judged to be passed" in (folder / "feedback/ada/result.json").read_text()
    assert "was judged" not in (folder / "feedback/bo/result.json").read_text()
    assert "bo: " in done("judge", folder, "bo", "--score", "12.5", "--reason", "By hand.", "--author", "Grace")
    text = (folder / "gradebook.csv").read_text("utf-8-sig")
    assert "bo,bo,,,graded,12.5," in text
    assert "Wrote" in done("export", folder, "--format", "canvas")
    assert "Points Possible" in (folder / "exports/canvas.csv").read_text()
    done("export", folder, "--format", "gradescope", "--to", folder.parent / "there")
    assert (folder.parent / "there/gradescope/bo/results.json").is_file()
    done("judge", folder, "bo", "--withdraw", "--reason", "A slip.")
    history = done("score", folder, "--history").splitlines()
    assert history[-2].endswith("bo: 12.5  (Grace: override: By hand.)")
    assert history[-1].endswith("override: A slip.)")


def test_rules_move_scores_and_are_kept(folder: Path, tmp_path: Path) -> None:
    done("score", folder)
    with Journal(folder) as journal:
        journal._db.execute("UPDATE hand_ins SET submitted_at = '2026-03-02T12:00:00+00:00' WHERE student = 'bo'")
    policy = tmp_path / "policy.toml"
    policy.write_text("deadline = 2026-03-01T12:00:00Z\n[late]\npoints = 7\n")
    said = done("score", folder, "--policy", policy, "--why", "the late policy", "--no-feedback")
    assert "2 scored, 1 changed." in said
    assert "2 scored, 0 changed." in done("score", folder, "--no-feedback")
    policy.write_text(policy.read_text() + '[[extensions]]\nstudent = "bo"\nuntil = 2026-03-09T12:00:00Z\n')
    assert "2 scored, 1 changed." in done("score", folder, "--policy", policy, "--no-feedback")
    policy.write_text("late = 3\n")
    assert "late" in refused("score", folder, "--policy", policy).message
    assert "2 scored, 0 changed." in done("score", folder, "--no-feedback")


def test_two_runs_are_compared(folder: Path) -> None:
    done("score", folder, "--no-feedback")
    shutil.copytree(folder, folder.parent / "before")
    done("judge", folder, "bo", "--score", "12.5", "--reason", "By hand.")
    said = done("score", folder, "--against", folder.parent / "before").splitlines()
    assert said[0].endswith("→ 12.5")
    assert said[1].startswith("1 scores differ")
    assert "holds no class" in refused("score", folder, "--against", folder.parent).message


def test_what_cannot_be_is_said(folder: Path, tmp_path: Path) -> None:
    assert "holds no class" in refused("score", tmp_path / "none").message
    assert "no number of points" in refused("judge", folder, "ada", "--score", "nan", "--reason", "x").message
    assert "nobody in the class" in refused("judge", folder, "eve", "--score", "1", "--reason", "x").message
    with held(folder):
        assert "another run is at work" in refused("score", folder).message
    with Journal(folder) as journal:
        journal.state(assignment="99-other")
    assert "this course has no module '99-other'" in refused("export", folder, "--format", "csv").message


def test_a_folder_for_the_class_is_no_submission(tmp_path: Path) -> None:
    (tmp_path / "subs/ada").mkdir(parents=True)
    error = refused("class", tmp_path / "subs", "--module", "02", "--out", tmp_path / "subs/out")
    assert isinstance(error, UsageError_)
    assert "lies in the submissions" in error.message
    assert not (tmp_path / "subs/out").exists()


@pytest.mark.parametrize(
    ("executor", "option"),
    [
        ("serial", ("--workers", 2)),
        ("celery", ("--workers", 2)),
        ("pool", ("--store", "s")),
        ("serial", ("--ahead", 9)),
    ],
)
def test_an_option_that_would_change_nothing_is_refused(
    executor: str, option: list[object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A variable may be set for other commands: it says nothing of this one."""
    (tmp_path / "subs").mkdir()
    words = ("class", tmp_path / "subs", "--module", "02", "--out", tmp_path / "out", "--executor", executor)
    error = refused(*words, *option)
    assert isinstance(error, UsageError_)
    assert f"{option[0]} has no meaning with --executor {executor}" in error.message
    monkeypatch.setenv("GRADER_STORE", "somewhere")
    assert "no meaning" not in refused(*words, "--roster", tmp_path / "none.csv").message
