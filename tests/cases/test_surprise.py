"""Work that lies in another folder, or belongs to another module, is explained by one sentence."""

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from grader.course import load_course, project_to
from grader.domain.course import State
from grader.domain.layout import COURSE
from grader.intake import take_in
from grader.intake.surprise import as_given, misplaced, unlike_starter

ROOT = Path(__file__).parents[2]
STARTER = ROOT / "modules" / "02-domain-modeling" / "starter"


def _files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


@pytest.fixture(scope="module")
def solutions(tmp_path_factory: pytest.TempPathFactory) -> dict[int, list[str]]:
    """The files of solutions 01 to 03."""
    room, course = tmp_path_factory.mktemp("course"), load_course(ROOT)
    return {number: _files(project_to(course, State(number, True), room / str(number))) for number in (1, 2, 3)}


def test_code_in_another_folder_is_said_with_what_to_write(solutions: dict[int, list[str]]) -> None:
    moved = [file.replace("src/", "backend/", 1) for file in solutions[2]]
    assert misplaced(moved, COURSE) == (
        "The brief's folder src/ is not in this project, and its code seems to lie in backend/: rename it, "
        'or add track.toml with the lines `[layout]` and `sources = ["backend", "backend/apps"]`.'
    )
    said = replace(COURSE, sources=("backend", "backend/apps"))
    assert misplaced(moved, said) == ""
    assert misplaced(solutions[2], COURSE) == ""


def test_the_work_of_an_earlier_module_is_said_to_be_that(solutions: dict[int, list[str]]) -> None:
    said = unlike_starter(solutions[1], STARTER)
    assert "modules that the starter of this assignment brings are missing, such as src/apps/" in said
    assert said.endswith("is this the work of another one?")


@pytest.mark.parametrize("number", [2, 3])
def test_of_the_right_work_nothing_is_said(solutions: dict[int, list[str]], number: int) -> None:
    assert unlike_starter(solutions[number], STARTER) == ""


@pytest.mark.parametrize("kind", ["packages"])
def test_of_correct_work_that_is_cut_otherwise_nothing_is_said(kind: str, solutions: dict[int, list[str]]) -> None:
    """Models and services as packages, which lack the modules of their names."""
    folder = STARTER.parent / "accepted" / kind
    listed = subprocess.run(["git", "ls-files"], cwd=folder, capture_output=True, text=True, check=True).stdout.split()
    cut = {file.rpartition("/")[0] for file in listed if file.endswith("__init__.py")}
    files = [file for file in solutions[2] if file.removesuffix(".py") not in cut] + listed
    assert unlike_starter(files, STARTER) == ""


@pytest.mark.parametrize("changed", [None, "README.md", "one more.txt"])
def test_the_starter_as_it_was_given_is_told_so(tmp_path: Path, changed: str | None) -> None:
    handed_in = tmp_path / "project"
    shutil.copytree(STARTER, handed_in, ignore=shutil.ignore_patterns("__pycache__", ".*_cache", ".venv", "out"))
    if changed:
        (handed_in / changed).write_text("changed", "utf-8")
    taken = take_in(handed_in, into=tmp_path / "copy")
    said = as_given(taken.root, taken.files, STARTER)
    assert said.startswith("This is the starter as it was given") is (changed is None)
