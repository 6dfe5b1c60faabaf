"""`grader appeal` for staff, and a class that is measured again because of one."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.appeal.decide import noted, record_of
from grader.classroom.answer import evidence
from grader.classroom.journal import Journal
from grader.cli.main import grader
from grader.course import load_course, project_tree
from grader.course.projection import Tree, write_tree
from grader.domain.course import State
from grader.domain.errors import GraderError
from grader.domain.result import Result
from grader.domain.text import one_line
from grader.intake import take_in
from grader.pipeline import Assignment, score_measured
from tests.appeal.samples import appealed, committed, git, members, packed
from tests.classroom.samples import class_of, measured
from tests.report.parts import HOSTILE

ROOT = Path(__file__).parents[2]
SLUG = "02-domain-modeling"
COURSE = load_course(ROOT)
MODULE = next(m for m in COURSE.modules if m.slug == SLUG)
ROLE = "domain.user-role"
ASSIGNMENT = Assignment(MODULE, Path("public"), Path("hidden"), Path("lock"))
OTHERS = tuple(c.id for c in MODULE.criteria if c.id != ROLE)


def run(*words: object, code: int = 0) -> str:
    done = CliRunner().invoke(grader, ["appeal", *map(str, words)])
    assert not isinstance(done.exception, GraderError), done.exception.message
    assert done.exit_code == code, (done.output, done.exception)
    return done.output


def refused(*words: object) -> GraderError:
    error = CliRunner().invoke(grader, ["appeal", *map(str, words)]).exception
    assert isinstance(error, GraderError), error
    return error


def failing(folder: Path) -> Result:
    """A result of the folder in which the one criterion fails."""
    tree = take_in(folder, into=folder.parent / f"{folder.name}.copy").tree_hash
    return score_measured(measured(OTHERS, module=MODULE, tree_hash=tree, commit=None, seed=7), ASSIGNMENT)


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """An appeal of a small project that has nothing to do with the solution."""
    work = committed(tmp_path / "ada" / "blog")
    path = tmp_path / "appeal.zip"
    path.write_bytes(appealed(work, tmp_path / "room", criterion=ROLE, result=failing(work)))
    return path


def test_it_is_shown_as_what_is_said(bundle: Path) -> None:
    said = run("show", bundle)
    assert f"{ROLE} of {SLUG} is said to have wrongly failed." in said
    assert "Said, and checked by nobody:" in said
    assert "  │ The brief does not ask for it." in said
    assert "✗ task: :domain.user-role" in said


def test_it_is_rejected_with_a_reason_that_is_kept(bundle: Path) -> None:
    said = run("reject", bundle, "--reason", "Task 1 asks for it.", "--author", "Grace")
    assert "Rejected by Grace: Task 1 asks for it." in said
    line = json.loads((bundle.parent / "appeal.decisions.jsonl").read_text())
    assert (line["verdict"], line["author"], line["criterion"]) == ("rejected", "Grace", ROLE)
    assert "Rejected by Grace on " in run("show", bundle)


def test_what_cannot_be_decided_is_said_before_anything_is_written(bundle: Path, tmp_path: Path) -> None:
    told = ("--reason", "It holds.", "--author", "Grace")
    assert "makes no mutant" in refused("accept", bundle, "--as", "mutant", "--title", "x", *told).message
    assert "needs a reason" in refused("accept", bundle, "--title", "x", "--reason", " ").message
    assert "the case has no title" in refused("accept", bundle, *told).message
    assert "no name can be made" in refused("accept", bundle, "--title", "Блокировка", *told).message
    assert "is no name of a case" in refused("accept", bundle, "--title", "x", "--name", "../x", *told).message
    assert "has no none.toml" in refused("accept", bundle, "--case", "none", *told).message
    assert "holds no class" in refused("reject", bundle, "--class", tmp_path, *told).message
    assert "holds no class" in refused("accept", bundle, "--title", "x", "--class", tmp_path, *told).message
    assert "cannot be read" in refused("show", tmp_path / "none.zip").message
    assert not (bundle.parent / "appeal.decisions.jsonl").exists()
    listed = subprocess.run(["git", "status", "--porcelain", "modules"], cwd=ROOT, capture_output=True, text=True)
    assert "accepted/x" not in listed.stdout


def test_a_case_by_hand_stands_for_it(bundle: Path) -> None:
    said = run("accept", bundle, "--case", "strict-saves", "--reason", "It holds.", "--author", "Grace")
    assert "Accepted by Grace: It holds." in said
    assert "grader course prove --only strict-saves" in said


def test_an_appeal_of_another_course(bundle: Path, tmp_path: Path) -> None:
    other = of_course(tmp_path / "course")
    shutil.rmtree(other / "modules" / SLUG)
    (other / "modules" / SLUG).mkdir()
    assert f"this course has no criterion {ROLE}" in refused("show", bundle, "--course", other).message


@pytest.mark.parametrize(
    ("criterion", "said"),
    [
        ("domain.schema-review", "is judged by a person"),
        ("style.ruff", "has no criterion style.ruff"),
        ("domain.none", "has no criterion domain.none"),
    ],
)
def test_a_forged_criterion_is_refused(bundle: Path, criterion: str, said: str) -> None:
    files = members(bundle.read_bytes())
    claim = json.loads(files["appeal.json"]) | {"criterion": criterion}
    bundle.write_bytes(packed(files | {"appeal.json": json.dumps(claim).encode()}))
    told = ("--reason", "x", "--author", "Grace")
    for words in (("show", bundle), ("reproduce", bundle), ("accept", bundle, "--title", "x", *told)):
        assert said in refused(*words, "--course", ROOT).message


def test_no_word_of_a_decision_acts(bundle: Path) -> None:
    said = run("reject", bundle, "--reason", HOSTILE, "--author", HOSTILE) + run("show", bundle)
    assert not set(said) & set("\x1b\x07\x08\r\u202e")
    (one,) = noted(bundle)
    assert one.reason == one.author == one_line(HOSTILE)


def test_no_case_stays_where_the_decision_cannot_be_written(bundle: Path, tmp_path: Path) -> None:
    course = of_course(tmp_path / "course")
    record_of(bundle).mkdir()
    words = ("--title", "x", "--reason", "It holds.", "--author", "Grace", "--course", course)
    assert "the decision cannot be written" in refused("accept", bundle, *words).message
    folder = course / "modules" / SLUG / "accepted"
    assert not (folder / "x.toml").exists()
    assert not (folder / "x").exists()
    record_of(bundle).rmdir()
    run("accept", bundle, *words)
    assert (folder / "x.toml").read_text().startswith("# From appeal ")
    assert (folder / "x" / "manage.py").is_file()


def test_a_name_that_is_nearly_a_command_was_meant_as_that() -> None:
    done = CliRunner().invoke(grader, ["appeal", "rejct", "x.zip"])
    assert done.exit_code == 2
    assert "No such command 'rejct'" in str(done.output)


def of_course(folder: Path) -> Path:
    """This course as links, but for the files of the one module, which are copies."""
    for path in (*ROOT.iterdir(), *(ROOT / "modules").iterdir()):
        target = folder / path.relative_to(ROOT)
        if path.name.startswith(".") or path == ROOT / "modules":
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.name == SLUG:
            shutil.copytree(path, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            target.symlink_to(path)
    return folder


def of_solution(folder: Path) -> Path:
    """The solution with one line more, committed."""
    tree = dict(project_tree(COURSE, State(2, True)))
    tree["README.md"] = (tree["README.md"][0] + b"\nA role is what one may do.\n", False)
    return committed_tree(tree, folder)


def committed_tree(tree: Tree, folder: Path) -> Path:
    """The tree in a repository of its own."""
    repository = write_tree(tree, folder)
    git(repository, "init", "-q")
    git(repository, "add", "-A", "-f")
    git(repository, "commit", "-qm", "work")
    return repository


def answer(answers: Path, trees: Mapping[str, str], passing: Collection[str], part: tuple[str, ...] | None) -> None:
    """What a grading of each says from now on: who of them has the one criterion."""
    answers.mkdir(exist_ok=True)
    for name, tree_hash in trees.items():
        passed = (*OTHERS, ROLE) if name in passing else OTHERS
        said = replace(measured(passed, module=MODULE, tree_hash=tree_hash), criteria=part)
        (answers / f"{name}.json").write_bytes(evidence(said))


@pytest.mark.slow
def test_from_the_appeal_of_one_to_the_scores_of_the_class(tmp_path: Path) -> None:
    """Two fail by a wrong check; one of them appeals; mended, it gives both their points, and the page says why."""
    repository = of_solution(tmp_path / "ada" / "blog")
    result, file, answers = failing(repository), tmp_path / "appeal.zip", tmp_path / "answers"
    file.write_bytes(appealed(repository, tmp_path / "room", criterion=ROLE, result=result))
    trees = {"ada": result.provenance.tree_hash, "bo": "b" * 64, "cy": "c" * 64}
    answer(answers, trees, {"cy"}, None)
    course, out = of_course(tmp_path / "course"), tmp_path / "out"
    work = class_of(tmp_path / "class", ada="answer", bo="answer", cy="answer")
    (tmp_path / "roster.csv").write_text("id\nada\nbo\ncy\ndee\n")
    graded = ("class", work, "--module", "02", "--out", out, "--course", course, "--roster", tmp_path / "roster.csv")
    grade(answers, *graded)
    before = scores(out)

    held = ("--class", out, "--course", course)
    assert f"the work of ada, attempt 1, where {ROLE} is failed" in run("show", file, *held)
    words = ("--title", "A README with a line more", "--reason", "The brief allows it.", "--author", "Grace")
    said = run("accept", file, "--as", "accepted", *words, *held)
    assert f"Wrote {course / 'modules' / SLUG / 'accepted/a-readme-with-a-line-more.toml'}." in said
    assert "is there already" in refused("accept", file, *words, *held).message
    appeal = next(line.split()[-1] for line in said.splitlines() if "--appeal" in line)

    again = (*graded, "--resume", "--appeal", appeal)
    assert "Nothing was measured again" in grade(answers, *again)
    mended = next((course / "modules" / SLUG / "checks" / "hidden").glob("test_*.py"))
    mended.write_text(mended.read_text() + "\n# mended\n")
    answer(answers, trees, trees, (ROLE,))
    class_of(tmp_path / "class", dee="answer")  # who hands in late is graded along, and moved by no appeal
    answer(answers, {"dee": "d" * 64}, {"dee"}, None)
    assert "4 graded now" in grade(answers, *again)
    points = MODULE.criterion(ROLE).points
    moved = {name: before[name] + points for name in ("ada", "bo")}
    assert scores(out) == before | moved | {"dee": before["cy"]}
    see_why(out, appeal, before, points)


def see_why(out: Path, appeal: str, before: Mapping[str, int], points: int) -> None:
    """The journal and the page say whose score moved because of the appeal, and whose did not."""
    with Journal(out) as journal:
        last = {s.student: s.why for s in journal.scores()}
        assert [(a.student, a.case) for a in journal.appeals()] == [("ada", "accepted/a-readme-with-a-line-more")]
    assert last["bo"] == f"appeal {appeal}: {ROLE} measured again: The brief allows it."
    assert (last["cy"], last["dee"]) == ("graded", "graded")
    page = (out / "class.html").read_text()
    section = page[page.index('id="appeals"') : page.index('id="items"')]
    for name in ("ada", "bo"):
        assert f"<bdi>{name}</bdi> {before[name]} → {before[name] + points}" in section
    assert "<bdi>cy</bdi>" not in section
    assert "<bdi>dee</bdi>" not in section
    assert "<bdi>dee</bdi>" in page[page.index('id="changes"') :]


def grade(answers: Path, *words: object) -> str:
    command = [
        sys.executable,
        "-m",
        "tests.classroom.coordinator",
        str(answers),
        *map(str, words),
        "--sandbox",
        "process",
    ]
    env = os.environ | {"GRADER_CACHE": str(answers.parent / "cache"), "PYTHONPATH": str(ROOT)}
    command += ["--executor", "serial", "--author", "Grace"]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=500)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def scores(out: Path) -> dict[str, int]:
    with Journal(out) as journal:
        return {s.student: int(s.score or 0) for s in journal.scores()}


@pytest.mark.slow(minutes=2)
def test_a_verdict_is_reproduced_in_the_sandbox(
    tmp_path: Path, state_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The starter has no role: whoever appeals that is told that it fails here too, by checks that really ran."""
    monkeypatch.setenv("GRADER_CACHE", str(state_dir))
    repository = committed_tree(project_tree(COURSE, State(2, False)), tmp_path / "ada" / "blog")
    file = tmp_path / "appeal.zip"
    file.write_bytes(appealed(repository, tmp_path / "room", criterion=ROLE, result=failing(repository)))
    said = run("reproduce", file, "--course", ROOT)
    assert f"Reproduced. {ROLE} is failed here too, with seed 7." in said
    assert "Is in the appeal, and does not fail here: task: :domain.user-role." in said
    assert "  ✗ " in said
