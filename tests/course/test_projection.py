"""From the one application to its states, and what cannot be projected."""

import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.course import Course, project_to, project_tree
from grader.course.git import own_files, untracked
from grader.course.grammar import LEAK
from grader.domain.course import State
from grader.domain.errors import CourseError, UsageError_
from grader.reader.locks import content_hashes

PLAIN = "import os, sys\nNAMES = (os.name, sys)\n"
STATES = [State(number, solved) for number in (1, 2) for solved in (False, True)]
Rewrite = Callable[[str, str, str], Course]


def text(course: Course, state: State, path: str = "src/app.py") -> str:
    return project_tree(course, state)[path][0].decode()


def test_a_stub_stands_in_for_its_solution_and_takes_no_imports_along(course):
    starter = text(course, State(1, False))
    assert "# TODO(01): ask the file.\n    raise NotImplementedError\n" in starter
    assert "import" not in starter
    assert "OLD = 1" in starter
    assert "def name" not in starter


def test_what_is_solved_stays_and_what_is_given_comes(course):
    starter = text(course, State(2, False))
    assert "the solution of one" in starter
    assert "def name() -> str:" in starter
    assert "NEW = 2\n" in starter
    assert "OLD" not in starter
    assert "import os\n" in starter
    assert "import sys" not in starter


def test_what_markers_changed_is_formatted(course):
    starter = text(course, State(1, False))
    assert starter.startswith('"""What the application does."""\n\n\ndef size')
    assert starter.endswith("raise NotImplementedError\n\n\nOLD = 1\n")


def test_what_was_written_whole_is_not_touched(course):
    assert text(course, State(1, False), "src/plain.py") == PLAIN


def test_what_is_to_stay_as_written_is_not_formatted(rewrite: Rewrite):
    rewrite("reference/src/plain.py", "sys)\n", "sys)\n# BEGIN SOLUTION 02\nsize = {}\n# END\n")
    course = rewrite("course.toml", 'name = "Tiny"\n', 'name = "Tiny"\nas_written = ["src/plain.py"]\n')
    assert text(course, State(1, True), "src/plain.py") == PLAIN
    assert text(course, State(2, True), "src/plain.py") == PLAIN + "size = {}\n"


def test_files_come_at_their_checkpoint_with_their_modes(course):
    assert {"data.json", "run.sh"}.isdisjoint(project_tree(course, State(1, True)))
    later = project_tree(course, State(2, True))
    assert later["run.sh"] == (b"echo run\n", True)
    assert later["data.json"] == (b'{"two": true}\n', False)


def test_a_file_without_comments_may_be_what_learners_make(course):
    assert "made.json" not in project_tree(course, State(2, False))
    assert project_tree(course, State(2, True))["made.json"] == (b'{"by": "learners"}\n', False)


@pytest.mark.parametrize("state", STATES, ids=str)
def test_states_are_the_same_each_time_and_hold_no_marker(course, state):
    tree = project_tree(course, state)
    assert tree == project_tree(course, state)
    assert not [path for path, (content, _) in tree.items() if LEAK.search(content)]


def test_the_lock_of_the_first_starter_is_of_an_earlier_project(course):
    stale, fresh = text(course, State(1, False), "poetry.lock"), text(course, State(1, True), "poetry.lock")
    now = tomllib.loads(text(course, State(1, False), "pyproject.toml"))
    assert "idna" in fresh
    assert "idna" not in stale
    stale_hash = tomllib.loads(stale)["metadata"]["content-hash"]
    assert stale_hash not in content_hashes(now)
    now["project"]["dependencies"].clear()
    assert stale_hash in content_hashes(now)


def test_what_a_state_recorded_of_itself_is_given_back_to_it(rewrite, root: Path):
    (root / "recorded").mkdir()
    (root / "recorded/01.lock").write_text("as it was\n")
    made = rewrite("course.toml", 'generator = "stale-lock"', 'generator = "recorded"\nsource = "recorded/01.lock"')
    assert text(made, State(1, False), "poetry.lock") == "as it was\n"
    assert text(made, State(1, True), "poetry.lock") != "as it was\n"


def test_a_folder_that_holds_something_is_not_written_to(course, tmp_path):
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(UsageError_, match="not an empty folder"):
        project_to(course, State(1, True), tmp_path)


WRONG = [
    (
        "reference/src/app.py",
        "    # STUB\n    # # TODO(01): ask the file.\n",
        "    # STUB\n",
        "reference/src/app.py:11: this stub has no TODO(01)",
    ),
    ("reference/src/app.py", "# OLD = 1", "OLD = 1", ":30: a BEFORE block has a line that is not a comment"),
    ("reference/src/app.py", "# raise NotImplementedError", "# raise (", "starter 01 does not parse"),
    ("course.toml", '"data.json" = 2\n', "", "reference/data.json cannot carry markers"),
    ("course.toml", '"data.json" = 2', '"data.json" = 2\n"gone.json" = 2', "[files] lists gone.json"),
    ("course.toml", 'name = "Tiny"', 'name = "Tiny"\nas_written = ["gone.py"]', "as_written lists gone.py"),
    ("course.toml", 'generator = "stale-lock"', 'generator = "magic"', "there is no generator 'magic'"),
    ("course.toml", 'generator = "stale-lock"', 'generator = "recorded"', "recorded: no source is no file"),
    ("course.toml", 'generator = "stale-lock"', 'generator = "recorded"\nsource = "gone"', "recorded: gone is no file"),
    ("course.toml", 'package = "idna"', 'package = "flask"', "flask is 0 times in poetry.lock and 0 times"),
    ("course.toml", 'reference = "reference"', 'reference = "nowhere"', "there is no application in"),
]


@pytest.mark.parametrize(("path", "old", "new", "message"), WRONG)
def test_what_cannot_be_projected_is_said(rewrite: Rewrite, path: str, old: str, new: str, message: str):
    course = rewrite(path, old, new)
    with pytest.raises(CourseError) as caught:
        project_tree(course, State(1, False))
    assert message in caught.value.message
    assert caught.value.hint


def test_a_marker_in_a_file_that_cannot_have_one_does_not_leak(rewrite: Rewrite):
    course = rewrite("reference/data.json", "true", '"BEGIN GIVEN 05"')
    with pytest.raises(CourseError, match=r"data\.json: a marker is left in starter 02, line 1"):
        project_tree(course, State(2, False))


def test_a_link_is_refused(course):
    (course.reference / "src/link.py").symlink_to("app.py")
    with pytest.raises(CourseError, match=r"link\.py is a symbolic link"):
        project_tree(course, State(1, True))


@pytest.mark.parametrize("junk", [".env", "db.sqlite3", "src/__pycache__/app.cpython-312.pyc", ".venv/bin/python"])
@pytest.mark.parametrize("repository", [True, False], ids=["in git", "outside"])
@pytest.mark.usefixtures("without_git_variables")
def test_what_tools_leave_behind_is_no_part_of_the_application(course: Course, junk: str, repository: bool):
    if repository:
        subprocess.run(["git", "init", "--quiet", str(course.root)], check=True)
        (course.root / ".gitignore").write_text(".env\n*.sqlite3\n__pycache__/\n.venv/\n")
    before = own_files(course.reference)
    (course.reference / junk).parent.mkdir(parents=True, exist_ok=True)
    (course.reference / junk).write_text("junk")
    assert own_files(course.reference) == before
    assert before


@pytest.mark.usefixtures("without_git_variables")
def test_git_decides_what_is_the_authors_own(course: Course):
    subprocess.run(["git", "init", "--quiet", str(course.root)], check=True)
    (course.root / ".gitignore").write_text("*.scratch\n")
    (course.reference / "notes.scratch").write_text("mine")
    assert "notes.scratch" not in own_files(course.reference)
    assert "src/app.py" in untracked(course.reference)
    subprocess.run(["git", "-C", str(course.root), "add", "--all"], check=True)
    assert untracked(course.reference) == ()
    (course.reference / "src/plain.py").unlink()  # git has it still
    assert "src/plain.py" not in own_files(course.reference)


@pytest.mark.parametrize("state", [*STATES, *(State(n, False) for n in (3, 4, 5)), State(5, True)], ids=str)
def test_real_states_are_as_the_projects_own_formatter_wants_them(real: Course, state: State, tmp_path: Path):
    tree = project_to(real, state, tmp_path / "tree")
    for command in (["black", "--check", "--quiet", "."], ["isort", "--check", "--quiet", "."]):
        done = subprocess.run([sys.executable, "-m", *command], cwd=tree, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
