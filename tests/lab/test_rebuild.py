"""The notebook that is graded: nothing of the learner's in it but texts of answers and other code."""

from pathlib import Path
from typing import Any

import pytest

from grader.lab.nouns import CourseCell, HandedIn, Lab, Role
from grader.lab.rebuild import rebuild


def ours(role: Role, name: str = "", source: str = "", hidden: frozenset[int] = frozenset()) -> CourseCell:
    kind = "markdown" if role in ("text", "written") else "code"
    metadata = {"nbgrader": {"grade_id": name}} if name else {}
    points = 1.0 if role in ("tests", "written") else 0.0
    return CourseCell({"cell_type": kind, "metadata": metadata, "source": source}, role, name, points, hidden=hidden)


LAB = Lab(
    Path("x.ipynb"),
    "05-x",
    5,
    "X",
    (
        ours("text", source="# X"),
        ours("given", "data", "DATA = 1"),
        ours("answer", "f", "solution"),
        ours("example", source="f(1)"),
        ours("tests", "f-tests", "assert f(1)\n### BEGIN\nassert f(2)\n### END", frozenset({2, 3, 4})),
        ours("written", "why", "model answer"),
    ),
)
RELEASED = [("", "# X"), ("data", "DATA = 1"), ("f", "mine"), ("f-tests", "assert f(1)"), ("why", "because")]


def handed_in(cells: list[tuple[str, str]]) -> HandedIn:
    def cell(name: str, source: str) -> dict[str, Any]:
        return {"cell_type": "markdown" if source.startswith("#") else "code", "source": source, "grade_id": name}

    return HandedIn("ada", Path("ada.ipynb"), tuple(cell(*one) for one in cells))


def test_the_courses_cells_with_the_learners_answers() -> None:
    made = rebuild(LAB, handed_in(RELEASED))
    assert [cell["source"] for cell in made.cells] == ["# X", "DATA = 1", "mine", LAB.cells[4].source, "because"]
    assert [(s.role, s.source) for s in made.steps] == [
        ("given", "DATA = 1"),
        ("learner", "mine"),
        ("tests", LAB.cells[4].source),
    ]
    assert made.steps[2].visible == "assert f(1)\n\n\n"
    assert made.notes == ()
    assert made.answers == {"f": "mine", "why": "because"}
    assert len({cell["id"] for cell in made.cells}) == len(made.cells)


@pytest.mark.parametrize(
    ("cells", "order", "note"),
    [
        ([("", "first = 1"), *RELEASED], ["first = 1", "DATA = 1", "mine", "tests"], ""),
        ([*RELEASED, ("", "last = 1")], ["DATA = 1", "mine", "tests", "last = 1"], ""),
        (
            [*RELEASED[:3], ("", "a = 1"), ("", "b = 2"), *RELEASED[3:]],
            ["DATA = 1", "mine", "a = 1", "b = 2", "tests"],
            "",
        ),
        ([*RELEASED, ("unknown", "c = 3")], ["DATA = 1", "mine", "tests", "c = 3"], ""),
        ([*RELEASED, ("", "# text")], ["DATA = 1", "mine", "tests"], ""),
        ([*RELEASED[::-1]], ["DATA = 1", "mine", "tests"], ""),
        (RELEASED[:2] + RELEASED[3:], ["DATA = 1", "", "tests"], "The cell `f` is missing: it counts as empty."),
        ([*RELEASED[:3], ("f", "again"), *RELEASED[3:]], ["DATA = 1", "mine", "again", "tests"], "more than once"),
        ([*RELEASED, ("f-tests", "pass")], ["DATA = 1", "mine", "tests"], "the course's own was used"),
        ([*RELEASED[:3], ("f-tests", "pass"), RELEASED[4]], ["DATA = 1", "mine", "tests"], "`f-tests` was changed"),
        ([("", "x = 1")], ["x = 1", "DATA = 1", "", "tests"], "None of the lab's cells is in it"),
    ],
    ids=[
        "first",
        "last",
        "between",
        "unknown",
        "text",
        "reversed",
        "missing",
        "twice",
        "tests-twice",
        "changed",
        "other",
    ],
)
def test_order_and_notes(cells: list[tuple[str, str]], order: list[str], note: str) -> None:
    made = rebuild(LAB, handed_in(cells))
    assert ["tests" if s.role == "tests" else s.source for s in made.steps] == order
    assert any(note in one for one in made.notes) if note else not made.notes
