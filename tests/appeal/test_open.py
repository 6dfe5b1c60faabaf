"""`grader appeal CRITERION`: the file that a learner gets, and the sentence that says why there is none."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.appeal.read import read_bundle
from grader.cli.main import grader
from grader.domain.errors import GraderError
from tests.appeal.samples import ONE, READ, THREE, TWO, committed, git, members, packed, project, result_of, stored
from tests.report.parts import HOSTILE


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """A project, committed, in which two of three criteria fail or wait."""
    return committed(tmp_path / "ada" / "blog")


@pytest.fixture
def result(work: Path, tmp_path: Path) -> Path:
    """What the grader said of it."""
    return stored(result_of(work), tmp_path / "out" / "result.json")


def run(*words: object, text: str | None = None) -> str:
    done = CliRunner().invoke(grader, ["appeal", *map(str, words)], input=text)
    assert done.exception is None, done.exception
    return done.output


def refused(*words: object) -> GraderError:
    error = CliRunner().invoke(grader, ["appeal", *map(str, words)]).exception
    assert isinstance(error, GraderError), error
    return error


def test_one_file_has_the_work_the_run_and_the_argument(work: Path, result: Path) -> None:
    said = run(ONE, "--because", "It is there.", "--result", result, "--submission", work)
    (file,) = work.parent.glob(f"appeal-{ONE}-*.zip")
    assert f"Wrote {file} (4 files, 1 KB)" in said
    found = members(file.read_bytes())
    claim = json.loads(found.pop("appeal.json"))
    assert sorted(found) == [
        f"project/{p}" for p in (".gitignore", "manage.py", "pyproject.toml", "src/apps/posts/models.py")
    ]
    assert (claim["criterion"], claim["says"], claim["argument"]) == (ONE, "wrongly failed", "It is there.")
    assert claim["commit"] == git(work, "rev-parse", "HEAD")
    assert claim["run"]["seed"] == 271828
    assert [(c["status"], c["expected"], c["observed"]) for c in claim["cases"]] == [("failed", "something", "nothing")]
    assert b"of-this-machine" not in b"".join(found.values())
    assert git(work, "status", "--porcelain") == ""


def test_the_same_appeal_is_the_same_file(work: Path, result: Path, tmp_path: Path) -> None:
    for name in ("a.zip", "b.zip"):
        run(ONE, "--because", "x", "--result", result, "--submission", work, "--out", tmp_path / name)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_an_option_may_come_first_and_the_argument_from_a_file(work: Path, result: Path, tmp_path: Path) -> None:
    (tmp_path / "why.md").write_bytes("\ufeffErstens: \u00fc\r\nZweitens".encode())
    run("--argument", tmp_path / "why.md", ONE, "--result", result, "--submission", work, "--out", tmp_path / "a.zip")
    claim = json.loads(members((tmp_path / "a.zip").read_bytes())["appeal.json"])
    assert claim["argument"] == "Erstens: \u00fc\nZweitens"


def test_a_project_in_a_folder_of_the_repository(tmp_path: Path) -> None:
    repository = tmp_path / "release"
    folder = project(repository / "modules" / "02-domain-modeling" / "starter")
    (folder / ".gitignore").write_text(".env\n")
    git(repository, "init", "-q")
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "work")
    result = stored(result_of(folder), tmp_path / "out" / "result.json")
    for where, name in ((folder, "a.zip"), (repository, "b.zip")):
        run(ONE, "--because", "x", "--result", result, "--submission", where, "--out", tmp_path / name)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_the_commit_of_the_result_counts_whatever_came_later(work: Path, tmp_path: Path) -> None:
    then = git(work, "rev-parse", "HEAD")
    result = stored(result_of(work, commit=then), tmp_path / "out" / "result.json")
    (work / "manage.py").write_text("later\n")
    git(work, "commit", "-qam", "later")
    run(ONE, "--because", "x", "--result", result, "--submission", work, "--out", tmp_path / "a.zip")
    found = members((tmp_path / "a.zip").read_bytes())
    assert json.loads(found["appeal.json"])["commit"] == then
    assert found["project/manage.py"] == b"import sys\n"


def test_what_passes_and_should_not_is_said_so(work: Path, result: Path, tmp_path: Path) -> None:
    words = (
        "--wrongly-passed",
        "--because",
        "x",
        "--result",
        result,
        "--submission",
        work,
        "--out",
        tmp_path / "a.zip",
    )
    run(THREE, *words)
    assert json.loads(members((tmp_path / "a.zip").read_bytes())["appeal.json"])["says"] == "wrongly passed"
    assert refused(ONE, *words).message == f"{ONE} did not pass: it is failed"


def test_no_text_of_a_project_breaks_the_file(work: Path, tmp_path: Path) -> None:
    result = stored(result_of(work, observed=HOSTILE * 40), tmp_path / "out" / "result.json")
    run(ONE, "--because", HOSTILE, "--result", result, "--submission", work, "--out", tmp_path / "a.zip")
    (tmp_path / "room").mkdir()
    claim = read_bundle(tmp_path / "a.zip", tmp_path / "room").claim
    assert "\x1b" not in claim.argument + claim.cases[0].observed


@pytest.mark.parametrize(
    ("criterion", "message", "hint"),
    [
        ("domain.onne", "02-domain-modeling has no criterion domain.onne", "Did you mean domain.one"),
        ("xyzzy", "02-domain-modeling has no criterion xyzzy", "`grader list --module 02`"),
        (THREE, "domain.three did not fail: it is passed", "--wrongly-passed"),
        (TWO, "domain.two did not fail: it is blocked", "It waits for domain.one"),
        (READ, "domain.read did not fail: it is for a person", "A person judges it"),
    ],
)
def test_a_verdict_that_cannot_be_appealed(work: Path, result: Path, criterion: str, message: str, hint: str) -> None:
    error = refused(criterion, "--because", "x", "--result", result, "--submission", work)
    assert error.message == message
    assert hint in error.hint
    assert not list(work.parent.glob("*.zip"))


def test_what_the_machine_spoilt_is_no_verdict(work: Path, tmp_path: Path) -> None:
    result = stored(result_of(work, errored=(ONE,)), tmp_path / "out" / "result.json")
    error = refused(ONE, "--because", "x", "--result", result, "--submission", work)
    assert error.message == "domain.one did not fail: it is not measured"
    assert "run it again" in error.hint


def test_what_is_missing_is_said(work: Path, result: Path, tmp_path: Path) -> None:
    given = ("--result", result, "--submission", work)
    assert "there is no argument" in refused(ONE, *given).message
    assert "there is no argument" in refused(ONE, "--because", " \n", *given).message
    (tmp_path / "long.txt").write_text("why " * (1 << 19))
    assert "larger than 256 KB" in refused(ONE, "--argument", tmp_path / "long.txt", *given).message
    assert "20,000 characters" in refused(ONE, "--because", "x" * 20_000, *given).message
    assert "cannot be read" in refused(ONE, "--argument", tmp_path / "none.txt", *given).message
    assert "twice" in refused(ONE, "--because", "x", "--argument", tmp_path / "long.txt", *given).message
    missing = refused(ONE, "--because", "x", "--result", tmp_path / "none.json", "--submission", work)
    assert "`grader check` first" in missing.hint
    (tmp_path / "odd.json").write_text("{}")
    assert "not a result" in refused(ONE, "--because", "x", "--result", tmp_path / "odd.json").message
    assert "no folder" in refused(ONE, "--because", "x", "--result", result, "--submission", tmp_path / "none").message


def test_the_capstone_has_no_verdicts_to_appeal(work: Path, tmp_path: Path) -> None:
    result = stored(replace(result_of(work), assignment="capstone"), tmp_path / "out" / "result.json")
    error = refused(ONE, "--because", "x", "--result", result, "--submission", work)
    assert error.message.startswith("the capstone is judged by levels")


def test_a_project_outside_of_git(tmp_path: Path) -> None:
    folder = project(tmp_path / "plain")
    result = stored(result_of(folder), tmp_path / "out" / "result.json")
    error = refused(ONE, "--because", "x", "--result", result, "--submission", folder)
    assert "is not in a git repository" in error.message
    assert "git init" in error.hint


def test_a_result_of_other_files(work: Path, result: Path) -> None:
    (work / "manage.py").write_text("later\n")
    git(work, "commit", "-qam", "later")
    error = refused(ONE, "--because", "x", "--result", result, "--submission", work)
    assert "the result is of other files than those of commit" in error.message
    assert "--commit HASH" in error.hint
    first = git(work, "rev-parse", "HEAD~1")
    run(ONE, "--because", "x", "--result", result, "--submission", work, "--commit", first)


def test_a_result_of_files_that_are_not_committed(work: Path, tmp_path: Path) -> None:
    (work / "src/apps/posts/notes.txt").write_text("mine\n")
    result = stored(result_of(work), tmp_path / "out" / "result.json")
    error = refused(ONE, "--because", "x", "--result", result, "--submission", work)
    assert error.message.endswith(": src/apps/posts/notes.txt")
    assert "Commit these files" in error.hint


def test_a_commit_that_is_not_there(work: Path, tmp_path: Path) -> None:
    result = stored(result_of(work, commit="ab" * 20), tmp_path / "out" / "result.json")
    assert "has no commit" in refused(ONE, "--because", "x", "--result", result, "--submission", work).message


def test_no_file_is_overwritten_or_lies_in_what_is_graded(work: Path, result: Path, tmp_path: Path) -> None:
    given = (ONE, "--because", "x", "--result", result, "--submission", work)
    assert "lies in the repository" in refused(*given, "--out", work / "a.zip").message
    (tmp_path / "a.zip").write_bytes(packed({}))
    assert "is there already" in refused(*given, "--out", tmp_path / "a.zip").message
    assert "there is no folder" in refused(*given, "--out", tmp_path / "none" / "a.zip").message
    (tmp_path / "to-nowhere.zip").symlink_to("nowhere")
    assert "is there already" in refused(*given, "--out", tmp_path / "to-nowhere.zip").message
