"""The entry point of Classroom 50, run as its runner runs it: in a learner's checkout, from a bundle of its own."""

import json
import os
import runpy
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest

from grader.course import load_course
from tests.automation.learners import STARTER, begun, git, push
from tests.report.test_classroom50 import RESULT

ROOT = Path(__file__).parents[2]
AUTOGRADER = ROOT / "deploy/classroom50/autograder.py"
VARIABLES = {
    "CLASSROOM": "cs-web",
    "ASSIGNMENT": "track-02",
    "ASSIGNMENT_TYPE": "individual",
    "OWNER": "ada-example",
    "USERNAME": "ada-example",
    "SUBMISSION_TAG": "submit/2026-03-01T11-00-00Z-3f9c2a7",
    "COMMIT_URL": "https://github.example/o/cs-web-track-02-ada/commit/3f9c2a7",
    "RELEASE_URL": "https://github.example/o/cs-web-track-02-ada/releases/tag/submit%2F2026",
    "REVIEW_URL": "https://github.example/o/cs-web-track-02-ada/compare/a...b",
    "GITHUB_TOKEN": "secret-of-a-test",
}


@pytest.fixture
def room() -> Iterator[Path]:
    """A folder that the users of sandboxes can pass through."""
    with tempfile.TemporaryDirectory(prefix="a-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def bundle_of(release: Path, folder: Path) -> Path:
    """What staff put into the folder of an assignment."""
    shutil.copytree(release, folder, ignore=shutil.ignore_patterns(".git"))
    shutil.copy(AUTOGRADER, folder)
    return folder


def run(bundle: Path, checkout: Path, room: Path, **more: str) -> "subprocess.CompletedProcess[str]":
    base = str(getattr(sys, "_base_executable", None) or sys.executable)
    env = (
        os.environ | VARIABLES | {"CLASSROOM50_BUNDLE_DIR": str(bundle), "RUNNER_TEMP": str(room), "TMPDIR": str(room)}
    )
    words = [base, str(bundle / "autograder.py")]
    return subprocess.run(words, cwd=checkout, env=env | more, capture_output=True, text=True, timeout=560, check=False)


@pytest.mark.slow(minutes=4)
def test_a_checkout_gets_a_result_whatever_lies_in_it(room: Path, state_dir: Path) -> None:
    repository = begun(load_course(ROOT), room)
    bundle = bundle_of(room / "release", room / "bundle")
    outside = room / "outside.json"
    outside.write_text("untouched\n")
    (repository / "result.json").symlink_to(outside)
    # What the learner made of checks and grader counts for nothing: those of the bundle are run.
    for path in repository.glob("modules/*/checks/public/*.py"):
        path.write_text("")
    (repository / "requirements.txt").write_text("./evil.whl\n")
    push(repository)
    done = run(bundle, repository, room, GRADER_CACHE=str(state_dir))
    assert done.returncode == 0, done.stdout + done.stderr
    assert outside.read_text() == "untouched\n"
    document = json.loads((repository / "result.json").read_text("utf-8"))
    jsonschema.validate(document, RESULT)
    assert document["datetime"] == "2026-03-01T11:00:00Z"
    assert (document["owner"], document["submission"]) == ("ada-example", VARIABLES["SUBMISSION_TAG"])
    assert 0 <= document["score"] < document["max-score"]
    assert (repository / "release-body.md").read_text("utf-8").startswith("# ")
    assert "secret-of-a-test" not in done.stdout + done.stderr
    assert "secret-of-a-test" not in (repository / "result.json").read_text("utf-8")


def test_what_is_no_result_is_no_grade(room: Path) -> None:
    """The runner reports it as an error; a result of zero would be a grade."""
    empty, bundle = room / "checkout", room / "bundle"
    empty.mkdir()
    bundle.mkdir()
    shutil.copy(AUTOGRADER, bundle)
    alone = run(bundle, empty, room)
    (bundle / STARTER).mkdir(parents=True)
    (bundle / "requirements.txt").write_text("")
    moved = run(bundle, empty, room)
    (empty / STARTER).mkdir(parents=True)
    (bundle / "requirements.txt").write_text("./none.whl\n")
    broken = run(bundle, empty, room)
    for done, said in (
        (alone, "There is no release beside autograder.py"),
        (moved, f"The project is not where it was given out: {STARTER} is missing"),
        (broken, "The grader could not be installed"),
    ):
        assert done.returncode == 1
        assert f"::error::{said}" in done.stderr
        assert "Traceback" not in done.stderr
    assert not (empty / "result.json").exists()


def test_no_token_goes_on_to_the_checks() -> None:
    names = runpy.run_path(str(AUTOGRADER))
    passed = {*names["SAID"], *names["KEPT"]}
    assert not [name for name in passed if any(word in name for word in ("TOKEN", "SECRET", "KEY", "PASSWORD"))]


def test_a_folder_in_the_place_of_the_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "result.json").mkdir()
    names = runpy.run_path(str(AUTOGRADER))
    with pytest.raises(SystemExit) as caught:
        names["replace"](Path("result.json"), "{}")
    assert caught.value.code == 1


def test_a_commit_is_as_old_as_it_says(tmp_path: Path) -> None:
    committer_date = runpy.run_path(str(AUTOGRADER))["committer_date"]
    assert committer_date(tmp_path) == ""
    git(tmp_path, "init", "-q")
    git(tmp_path, "commit", "-q", "--allow-empty", "-m", "Work")
    assert committer_date(tmp_path) == "2026-03-01T12:00:00+01:00"
