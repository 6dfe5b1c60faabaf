"""The course's notebooks: each cell is something, and what nbgrader or the grader would misread is refused."""

import json
from pathlib import Path
from typing import Any

import pytest

from grader.domain.errors import CourseError, UsageError_
from grader.lab.source import load_lab, read_lab

TESTS = "assert f(1) == 1\n### BEGIN HIDDEN TESTS\nassert f(2) == 2\n### END HIDDEN TESTS"


def cell(kind: str, source: str, **marks: Any) -> dict[str, Any]:
    return {"cell_type": kind, "metadata": {"nbgrader": marks} if marks else {}, "source": source.splitlines(True)}


def answer(**marks: Any) -> dict[str, Any]:
    return cell("code", "def f(x): return x", **{"grade_id": "f", "solution": True} | marks)


def graded(source: str = TESTS, **marks: Any) -> dict[str, Any]:
    return cell("code", source, **{"grade_id": "f-tests", "grade": True, "locked": True, "points": 2} | marks)


def written(path: Path, *cells: dict[str, Any]) -> Path:
    path.write_text(json.dumps({"cells": cells, "nbformat": 4, "nbformat_minor": 5, "metadata": {}}))
    return path


def test_each_cell_has_a_role(tmp_path: Path) -> None:
    path = written(
        tmp_path / "x.ipynb",
        cell("markdown", "# The lab\n"),
        cell("markdown", "## One\nText\n### Two"),
        cell("code", "DATA = [1]", grade_id="data", locked=True),
        answer(),
        cell("code", "f(3)"),
        graded(),
        cell("markdown", "Model answer", grade_id="why", grade=True, solution=True, points=1),
    )
    lab = read_lab(path, assignment="05-x", number=5)
    assert [c.role for c in lab.cells] == ["text", "text", "given", "answer", "example", "tests", "written"]
    assert lab.title == "The lab"
    assert [(c.grade_id, c.points, c.title) for c in lab.graded] == [("f-tests", 2, "Two"), ("why", 1, "Two")]
    assert lab.cells[5].hidden == {2, 3, 4}


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ((graded("### BEGIN HIDDEN TESTS\npass"),), "do not end"),
        ((graded("### END HIDDEN TESTS"),), "do not begin and end in turn"),
        ((graded("### BEGIN HIDDEN TESTS\n### BEGIN HIDDEN TESTS"),), "do not begin and end in turn"),
        ((graded("assert ("),), "is no Python"),
        ((graded(points=0),), "is worth 0 points"),
        ((answer(grade_id="F 1"),), "has the grade id 'F 1'"),
        ((answer(locked="no"),), "are not true or false"),
        ((answer(), answer()), "2 cells have the grade id f"),
        ((cell("markdown", "x", grade_id="x", grade=True, points=1),), "is marked as nothing that is graded here"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_wrong_is_told_with_its_cell(tmp_path: Path, cells: tuple[dict[str, Any], ...], words: str) -> None:
    with pytest.raises(CourseError, match=words) as refused:
        read_lab(written(tmp_path / "x.ipynb", *cells), assignment="05-x", number=5)
    assert str(tmp_path / "x.ipynb") in refused.value.message
    assert refused.value.hint


def test_no_notebook(tmp_path: Path) -> None:
    (tmp_path / "x.ipynb").write_text("[]")
    with pytest.raises(CourseError, match="is no notebook"):
        read_lab(tmp_path / "x.ipynb", assignment="05-x", number=5)


def test_a_module_has_one_lab(tmp_path: Path) -> None:
    with pytest.raises(UsageError_, match="module 05 has no lab"):
        load_lab(tmp_path, assignment="05-x", number=5)
    (tmp_path / "lab").mkdir()
    for name in ("a", "b"):
        written(tmp_path / "lab" / f"{name}.ipynb", answer(), graded())
    with pytest.raises(CourseError, match="module 05 has 2 notebooks"):
        load_lab(tmp_path, assignment="05-x", number=5)
