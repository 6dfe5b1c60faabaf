"""Whose notebook a file is, and what of it is read."""

import json
from pathlib import Path

import pytest

from grader.domain.errors import UsageError_
from grader.lab import handed_in
from grader.lab.handed_in import named, read

EMPTY = json.dumps({"cells": [], "nbformat": 4})


@pytest.fixture
def room(tmp_path: Path) -> Path:
    for name in ("in/ada.ipynb", "in/bo/objectives.ipynb", "in/bo/other.ipynb", "in/.hidden/objectives.ipynb"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(EMPTY)
    return tmp_path


def test_names(room: Path) -> None:
    ada, bo = room / "in" / "ada.ipynb", room / "in" / "bo" / "objectives.ipynb"
    assert named([room / "in"], "objectives") == {"ada": ada, "bo": bo}
    assert named([ada, bo, ada], "objectives") == {"ada": ada, "bo": bo}


def test_accents_are_one_letter_however_they_are_written(room: Path) -> None:
    path = room / "jose\u0301.ipynb"
    path.write_text(EMPTY)
    assert named([path], "objectives") == {"jos\u00e9": path}


@pytest.mark.parametrize("name", ["a b", "a+b", "*", ".x", "a\nb", "x" * 101])
def test_what_cannot_be_an_id(room: Path, name: str) -> None:
    path = room / f"{name}.ipynb"
    path.write_text(EMPTY)
    with pytest.raises(UsageError_, match="cannot be the id of a student"):
        named([path], "objectives")


def test_two_of_one_student(room: Path) -> None:
    (room / "ADA.ipynb").write_text(EMPTY)
    with pytest.raises(UsageError_, match="both belong to ADA"):
        named([room / "in", room / "ADA.ipynb"], "objectives")


def test_none(tmp_path: Path) -> None:
    with pytest.raises(UsageError_, match="no notebook was found"):
        named([tmp_path], "objectives")
    with pytest.raises(UsageError_, match="is not there"):
        named([tmp_path / "ada.ipynb"], "objectives")
    with pytest.raises(UsageError_, match="is not there"):
        read("ada", tmp_path / "ada.ipynb")


def test_only_texts_are_read(tmp_path: Path) -> None:
    path = tmp_path / "ada.ipynb"
    cells = [
        {"cell_type": "code", "source": ["a\n", "b"], "metadata": {"nbgrader": {"grade_id": "x", "points": 9}}},
        {"cell_type": "markdown", "source": "text", "metadata": {"nbgrader": {"grade_id": 7}}, "outputs": [{}]},
        {"cell_type": "raw", "source": "raw", "metadata": []},
    ]
    path.write_text(json.dumps({"cells": cells, "nbformat": 4}))
    assert read("ada", path).cells == (
        {"cell_type": "code", "source": "a\nb", "grade_id": "x"},
        {"cell_type": "markdown", "source": "text", "grade_id": ""},
        {"cell_type": "raw", "source": "raw", "grade_id": ""},
    )


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ([{"cell_type": "code", "source": ""}] * (handed_in.MOST_CELLS + 1), "It has 301 cells, and 300 are read"),
        ([{"cell_type": "code", "source": "x" * 100_001}], "Cell 1 has 100,001 characters"),
        ([{"cell_type": "code", "source": "x" * 99_000}] * 11, "more than 1,000,000 characters together"),
        ([{"cell_type": "code", "source": [1]}], "Cell 1 is none of a notebook"),
        ([{"cell_type": 1, "source": ""}], "Cell 1 is none of a notebook"),
    ],
    ids=["many", "long", "long-together", "no-text", "no-type"],
)
def test_bounds(tmp_path: Path, cells: list[object], words: str) -> None:
    path = tmp_path / "ada.ipynb"
    path.write_text(json.dumps({"cells": cells, "nbformat": 4}))
    assert words in read("ada", path).problem
