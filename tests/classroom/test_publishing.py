"""Feedback as a branch of the learner's own repository: pushed once, with nothing hidden and nothing that runs."""

import subprocess
import sys
from pathlib import Path

import pytest

from grader.classroom.feedback import Feedback
from grader.classroom.judging import judged
from grader.classroom.publishing import Publishing
from grader.classroom.records import Entry
from grader.classroom.remotes import TOKEN
from grader.classroom.repositories import Remote
from grader.domain.errors import UsageError_
from tests.classroom.remote_work import PROJECT, Work, host
from tests.classroom.samples import ASSIGNMENT, measured

GRADER = Path(sys.executable).with_name("grader")
SECRET = "github_pat_not_a_real_one"


@pytest.fixture(autouse=True)
def no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(TOKEN, raising=False)


def give_feedback(folder: Path, student: str, **evidence: object) -> None:
    kept = measured(**evidence)  # type: ignore[arg-type]
    Feedback(folder, print).write(Entry(1, student, 1, None, "measured", "", "", kept), judged(kept, ASSIGNMENT, ()))


@pytest.fixture
def work(tmp_path: Path) -> Work:
    made = Work(tmp_path / "host" / "02-ada.git")
    made.commit(PROJECT)
    return made


def test_the_reports_are_a_branch_of_one_commit(work: Work, tmp_path: Path) -> None:
    give_feedback(tmp_path / "class", "ada", passed=("domain.one",), observed="::error::x <b>@octocat</b>")
    mine = work.git("rev-parse", "main")
    done = Publishing(tmp_path / "class").publish([Remote("ada", str(work.path))])
    assert (done.pushed, done.unchanged, done.missing) == (1, 0, ())
    assert work.git("ls-tree", "-r", "--name-only", "feedback").split() == ["README.md", "report.html", "result.json"]
    assert work.git("rev-list", "--count", "feedback") == "1"
    page = work.git("cat-file", "blob", "feedback:README.md")
    assert "Another holds" in page
    assert "`:\u200b:error::x <b>@octocat</b>`" in page  # as code, and no line that is a command
    assert work.git("rev-parse", "main") == mine


def test_the_same_feedback_is_not_pushed_again_and_other_feedback_takes_its_place(work: Work, tmp_path: Path) -> None:
    remotes = [Remote("ada", str(work.path))]
    give_feedback(tmp_path / "class", "ada")
    assert Publishing(tmp_path / "class").publish(remotes).pushed == 1
    assert Publishing(tmp_path / "class").publish(remotes).unchanged == 1
    give_feedback(tmp_path / "class", "ada", passed=())
    assert Publishing(tmp_path / "class").publish(remotes).pushed == 1
    work.commit({"result.json": "mine\n"}, branch="feedback")  # by the learner: what staff say is put back
    assert Publishing(tmp_path / "class").publish(remotes).pushed == 1
    assert work.git("rev-list", "--count", "feedback") == "1"


def test_who_has_none_and_who_cannot_be_reached_stop_nobody(work: Work, tmp_path: Path) -> None:
    give_feedback(tmp_path / "class", "ada")
    give_feedback(tmp_path / "class", "cy")
    remotes = [Remote("ada", str(work.path)), Remote("bo", str(work.path)), Remote("cy", str(tmp_path / "none.git"))]
    done = Publishing(tmp_path / "class").publish(remotes)
    assert done.pushed == 1
    assert [m.student for m in done.missing] == ["bo", "cy"]
    assert "there is no feedback for bo" in done.missing[0].why
    assert done.missing[1].why.startswith("git said: ")


@pytest.mark.parametrize("branch", ["main", "work"])
def test_the_branch_that_somebody_works_on_is_never_overwritten(work: Work, tmp_path: Path, branch: str) -> None:
    mine = work.commit(PROJECT, branch=branch)
    give_feedback(tmp_path / "class", "ada")
    done = Publishing(tmp_path / "class", branch).publish([Remote("ada", str(work.path), branch="work")])
    assert done.pushed == 0
    assert f"{branch} is the branch that ada works on" in done.missing[0].why
    assert work.git("rev-parse", branch) == mine


def test_a_link_in_the_place_of_a_report_is_not_followed(work: Work, tmp_path: Path) -> None:
    give_feedback(tmp_path / "class", "ada")
    page = tmp_path / "class/feedback/ada/report.html"
    page.unlink()
    page.symlink_to("/etc/passwd")
    done = Publishing(tmp_path / "class").publish([Remote("ada", str(work.path))])
    assert (done.pushed, len(done.missing)) == (0, 1)


def test_with_a_token_over_http(work: Work, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work.git("config", "http.receivepack", "true")
    give_feedback(tmp_path / "class", "ada")
    monkeypatch.setenv(TOKEN, SECRET)
    with host(tmp_path / "host", SECRET) as (address, _):
        done = Publishing(tmp_path / "class").publish([Remote("ada", f"{address}/02-ada.git")])
        monkeypatch.setenv(TOKEN, "another")
        refused = Publishing(tmp_path / "class").publish([Remote("ada", f"{address}/02-ada.git")])
    assert (done.pushed, done.missing) == (1, ())
    assert (refused.pushed, len(refused.missing)) == (0, 1)
    assert "another" not in refused.missing[0].why


def test_a_folder_without_feedback_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError_, match="has no feedback"):
        Publishing(tmp_path).publish([])


def test_the_command(work: Work, tmp_path: Path) -> None:
    give_feedback(tmp_path / "class", "ada")
    table = tmp_path / "repositories.csv"
    table.write_text(f"student,repository\nada,{work.path}\n")
    words = [str(GRADER), "publish", str(tmp_path / "class"), "--repositories", str(table)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (0, "1 published; 0 had this feedback already.\n"), done.stderr
    wrong = subprocess.run([*words, "--branch", "a b"], capture_output=True, text=True, timeout=60, check=False)
    assert wrong.returncode == 2
    assert "no name of a branch" in wrong.stderr
