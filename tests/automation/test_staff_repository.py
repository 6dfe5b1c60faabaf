"""Sealed grading, as the workflow has it: its steps are run against repositories of learners in a folder."""

import csv
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.course import load_course, project_tree
from grader.domain.course import State
from tests.automation.runner import Job, read
from tests.classroom.remote_work import NOBODY, Work, host

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "deploy/staff-repository"
WORKFLOW = read(TEMPLATE / ".github/workflows/grade.yml")
GRADER = Path(sys.executable).with_name("grader")
CLASS = "02-spring"
CRITERION = "domain.user-role"
# Of all checks one: that the whole module can be graded is tried elsewhere.
ONLY = f"""#!/bin/sh
case $1 in
    class) shift; exec {shlex.quote(str(GRADER))} class "$@" --only {CRITERION} --course {shlex.quote(str(ROOT))} ;;
    *) exec {shlex.quote(str(GRADER))} "$@" ;;
esac
"""


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(["git", "-C", str(folder), *words], env=NOBODY, capture_output=True, text=True, check=True)
    return done.stdout.strip()


class Staff:
    """A private staff repository on a host, and the jobs of its workflow."""

    def __init__(self, room: Path, host: Path) -> None:
        self.room, self.host, self.runs = room, host, 0
        own = room / "staff"
        shutil.copytree(TEMPLATE, own)
        (own / "classes" / CLASS).mkdir()
        (own / "classes" / CLASS / "settings").write_text("MODULE=02\n")
        students = ("ada", "bo", "cy", "dan")
        rows = "".join(f"{who},{host / f'02-{who}.git'}\n" for who in students)
        (own / "classes" / CLASS / "repositories.csv").write_text(f"student,repository\n{rows}")
        roster = "".join(f"{who},{who}-example\n" for who in students)
        (own / "classes" / CLASS / "roster.csv").write_text(f"id,github_user\n{roster}")
        for words in (("init", "-q", "-b", "main"), ("add", "-A"), ("commit", "-q", "-m", "Staff")):
            git(own, *words)
        self.origin = host / "staff.git"
        subprocess.run(["git", "clone", "-q", "--bare", str(own), str(self.origin)], check=True, env=NOBODY)
        self.grader = room / "only"
        self.grader.write_text(ONLY)
        self.grader.chmod(0o755)

    def run(self, publish: bool = True) -> dict[str, Job]:
        """All jobs, each in a workspace of its own, with nothing but artifacts between them."""
        self.runs += 1
        place = self.room / f"run-{self.runs}"
        jobs: dict[str, Job] = {}
        for name in ("fetch", "grade", "store", *(["publish"] if publish else [])):
            token = {"secrets.LEARNERS_READ_TOKEN": "read-token", "secrets.LEARNERS_WRITE_TOKEN": "write-token"}
            values = {"inputs.class || vars.GRADED_CLASS": CLASS, "github.token": "job-token"} | token
            more = {"GRADER": str(self.grader), "TMPDIR": str(self.room)}
            job = Job(place / name / "work", place / name / "temp", values, self.origin, place / "artifacts", more)
            job.run(WORKFLOW["jobs"][name]["steps"], skipped=lambda step: step == "Install the grader")
            jobs[name] = job
        return jobs

    def results(self, path: str) -> str:
        """A file of the store."""
        return git(self.origin, "cat-file", "blob", f"results:{CLASS}/{path}")


@pytest.fixture(scope="module")
def solved() -> dict[str, str]:
    """The files of a learner who has done all of module 02, below the folder that a release gives out."""
    solution = project_tree(load_course(ROOT), State(2, True))
    return {f"modules/02-domain-modeling/starter/{p}": c.decode() for p, (c, _) in solution.items() if _is_text(c)}


@pytest.fixture
def staff(solved: dict[str, str]) -> Iterator[Staff]:
    """The host has a staff repository, and the repositories of four learners; one of them is hostile."""
    with tempfile.TemporaryDirectory(prefix="s-") as name:
        room = Path(name)
        room.chmod(0o755)
        host = room / "host"
        Work(host / "02-ada.git").commit(solved)
        hostile = Work(host / "02-bo.git")
        own = "modules/02-domain-modeling/starter"
        more = (
            f"120000 {hostile.blob(b'/etc/passwd')}\t{own}/src/apps/link.py\0"
            f"160000 {'1' * 40}\t{own}/vendored\0"
            f"100644 {hostile.blob(b'x')}\t{own}/src/a\n::error::b.py\0"
            f"100644 {hostile.blob(bytes(21 << 20))}\t{own}/huge.bin\0"
            f"100644 {hostile.blob(b'*.py filter=evil')}\t.gitattributes\0"
        )
        hostile.commit(solved, more=more.encode())
        hostile.git("config", "filter.evil.smudge", f"touch {room / 'smudged'}")
        Work(host / "02-cy.git")  # nothing was pushed
        Work(host / "02-dan.git").commit({"notes.txt": "not a project\n"})
        yield Staff(room, host)
        assert not (room / "smudged").exists()


def _is_text(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


@pytest.mark.slow(minutes=3)
def test_from_a_push_to_feedback(staff: Staff) -> None:
    jobs = staff.run()
    said = {name: "\n".join(step.said for step in job.steps.values()) for name, job in jobs.items()}
    assert not [name for name, job in jobs.items() if job.failed], said
    assert "cy: the repository has not got a commit" in said["fetch"]
    assert "::warning::Not all repositories could be fetched" in said["fetch"]
    assert jobs["grade"].output("grade", "code") == "1"  # one could not be taken in

    rows = {r["student_id"]: r for r in csv.DictReader(staff.results("gradebook.csv").lstrip("\ufeff").splitlines())}
    assert {who: row["status"] for who, row in rows.items()} == {
        "ada": "graded",
        "bo": "graded",
        "cy": "not handed in",
        "dan": "not taken in",
    }
    assert rows["ada"]["submitted_at"] == "2026-03-01T11:00:00+00:00"

    for who in ("ada", "bo"):
        own = staff.host / f"02-{who}.git"
        assert git(own, "ls-tree", "--name-only", "feedback").split() == ["README.md", "report.html", "result.json"]
        result = json.loads(git(own, "cat-file", "blob", "feedback:result.json"))
        assert result["provenance"]["commit"] == git(own, "rev-parse", "main")
        assert [c["status"] for c in result["criteria"] if c["id"] == CRITERION] == ["passed"]
    notices = " ".join(result["notices"])
    for word in ("symbolic link", "submodule", "control characters", "larger than 20 MB"):
        assert word in notices
    assert "feedback" not in git(staff.host / "02-dan.git", "branch", "--list")
    everything = "\n".join(said.values())
    assert not [token for token in ("read-token", "write-token", "job-token") if token in everything]
    assert "\n::error::b.py" not in everything

    first = git(staff.origin, "rev-parse", "results")
    jobs = staff.run()
    assert "0 graded now, 2 were before; 1 could not be taken in" in jobs["grade"].steps["Grade"].said
    assert "0 published; 2 had this feedback already" in jobs["publish"].steps["Publish"].said
    assert git(staff.origin, "rev-list", "--count", f"{first}..results") in ("0", "1")

    ada = Work.__new__(Work)
    ada.path = staff.host / "02-ada.git"
    ada.commit({"modules/02-domain-modeling/starter/manage.py": "print()\n"}, at="2026-03-02T12:00:00+01:00")
    jobs = staff.run(publish=False)
    assert "1 graded now, 1 were before; 1 could not be taken in" in jobs["grade"].steps["Grade"].said


def script(staff: Staff, name: str, *words: str, **env: str) -> "subprocess.CompletedProcess[str]":
    """A script by itself, in a clone of the staff repository, as somebody runs it at a desk."""
    clone = staff.room / "desk"
    if not clone.exists():
        subprocess.run(["git", "clone", "-q", str(staff.origin), str(clone)], check=True, env=NOBODY)
    own = {
        "PATH": os.environ["PATH"],
        "HOME": os.environ["HOME"],
        "GRADER": str(staff.grader),
        "TMPDIR": str(staff.room),
    }
    words = (f"classes/scripts/{name}", *(words or (CLASS,)))
    return subprocess.run(words, cwd=clone, env=own | env, capture_output=True, text=True, timeout=300, check=False)


@pytest.mark.parametrize("token", ["GRADER_GIT_TOKEN", "GITHUB_TOKEN", "GH_TOKEN"])
def test_nothing_is_graded_beside_a_token(staff: Staff, token: str) -> None:
    done = script(staff, "grade", **{token: "secret-of-a-test"})
    assert done.returncode == 2
    assert f"The variable {token} is set" in done.stderr
    assert "secret-of-a-test" not in done.stdout + done.stderr


@pytest.mark.parametrize("name", ["fetch", "restore", "grade", "store", "publish"])
@pytest.mark.parametrize(
    ("word", "said"), [("", "Say which class"), ("../..", "Say which class"), ("none", "There is no classes/none")]
)
def test_a_class_that_is_none(staff: Staff, name: str, word: str, said: str) -> None:
    done = script(staff, name, word)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def test_results_that_are_not_there_are_not_stored(staff: Staff) -> None:
    done = script(staff, "store")
    assert done.returncode == 2
    assert "Grade first: classes/scripts/grade" in done.stderr
    assert "There are no results of this class yet." in script(staff, "restore").stdout


def test_results_go_to_the_store_and_come_back(staff: Staff) -> None:
    place = staff.room / "desk/out/classes" / CLASS / "results"
    script(staff, "restore")
    (place / "feedback/ada").mkdir(parents=True)
    for name in ("class.sqlite3", "class.lock", "feedback/ada/result.json"):
        (place / name).write_text(f"{name}\n")
    (place / ".gitignore").write_text("*\n")  # whatever a file there says, all is kept
    assert "are kept on the branch results" in script(staff, "store").stdout
    assert script(staff, "store").stdout == "Nothing has changed.\n"
    assert "class.lock" not in git(staff.origin, "ls-tree", "-r", "--name-only", "results")
    (place / "class.sqlite3").write_text("newer\n")
    assert script(staff, "store").returncode == 0
    shutil.rmtree(place)
    assert script(staff, "restore").returncode == 0
    assert (place / "class.sqlite3").read_text() == "newer\n"
    assert git(staff.origin, "rev-list", "--count", "results") == "2"


def test_the_store_is_reached_with_the_token_of_the_job(staff: Staff) -> None:
    git(staff.origin, "config", "http.receivepack", "true")
    place = staff.room / "desk/out/classes" / CLASS / "results"
    script(staff, "restore")
    place.mkdir(parents=True)
    (place / "class.sqlite3").write_text("kept\n")
    with host(staff.host, "secret-of-a-test") as (address, _):
        store = f"{address}/staff.git"
        refused = script(staff, "store", STORE=store)
        wrong = script(staff, "store", STORE=store, GRADER_GIT_TOKEN="another-of-a-test")
        done = script(staff, "store", STORE=store, GRADER_GIT_TOKEN="secret-of-a-test")
        shutil.rmtree(place)
        back = script(staff, "restore", STORE=store, GRADER_GIT_TOKEN="secret-of-a-test")
    assert refused.returncode != 0
    assert wrong.returncode != 0
    assert (done.returncode, back.returncode) == (0, 0), done.stderr + back.stderr
    assert (place / "class.sqlite3").read_text() == "kept\n"
    assert "of-a-test" not in "".join(d.stdout + d.stderr for d in (refused, wrong, done, back))
    assert not list(staff.room.glob("tmp.*"))  # the script that git asked for the token


def test_the_files_of_the_example_are_understood(staff: Staff, tmp_path: Path) -> None:
    from grader.classroom.policy_file import read_policy
    from grader.classroom.repositories import read_repositories
    from grader.given.roster import read_roster

    example = TEMPLATE / "classes/example"
    students = {student.id for student in read_roster(example / "roster.csv")}
    assert {remote.student for remote in read_repositories(example / "repositories.csv")} == students
    assert read_policy(example / "policy.toml")
