"""Notebooks graded as a class: right, left as handed out, broken and hostile, with nbgrader's own gradebook."""

import json
import os
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from grader.domain.status import Status
from grader.lab.environment import nbgrader_site
from grader.lab.grade import grade
from grader.lab.nouns import Graded, Lab
from grader.lab.release import release
from grader.lab.report import as_data, page, sentence, table, write
from grader.lab.source import load_lab
from grader.sandbox.api import Sandbox
from grader.sandbox.select import open_sandbox
from tests.lab.notebooks import HOSTILE, MARKUP, RECORDS, TELLS, Notebook, answered, doubled, load, without

pytestmark = pytest.mark.slow(minutes=4)
MODULE = Path(__file__).parents[2] / "modules" / "05-operations"
RIGHT = {
    "right": lambda n: n,
    "records": lambda n: answered(percentile=RECORDS)(n),
    "tells": lambda n: answered(percentile=RECORDS, of_all_hosts=TELLS)(n),
    "missing": without("percentile", "from-buckets-tests"),
    "doubled": doubled("good-and-valid"),
    "wrong": answered(budget_left="def budget_left(objective, good, valid):\n    return good / valid - objective"),
    "edges": answered(
        percentile="def percentile(values, p):\n    return sorted(values)[int(-(-p * len(values) // 100)) - 1]"
    ),
    "written": answered(policy="We wait with the release."),
}
BROKEN = {
    "not-json": b"{",
    "empty": b"",
    "a-list": b"[]",
    "old": b'{"nbformat": 3, "worksheets": []}',
    "no-cells": b'{"nbformat": 4, "cells": [1, 2]}',
    "deep": b"[" * 100_000,
    "utf-16": '{"nbformat": 4}'.encode("utf-16"),
    "large": b'{"nbformat": 4, "cells": [' + b" " * (7 << 20),
}


@dataclass(frozen=True)
class Class:
    """What came of everybody, where it was written, and how long it took."""

    lab: Lab
    graded: dict[str, Graded]
    out: Path
    handed_out: Notebook


@pytest.fixture(scope="module")
def lab() -> Lab:
    return load_lab(MODULE, assignment="05-operations", number=5)


@pytest.fixture(scope="module")
def sandbox(usual_state_dir: Path) -> Iterator[Sandbox]:
    box = open_sandbox("auto", state_dir=usual_state_dir)
    yield box
    box.close()


@pytest.fixture(scope="module")
def everybody(lab: Lab, sandbox: Sandbox, usual_state_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Class:
    room = tmp_path_factory.mktemp("lab")
    made = release(lab, room / "released", state_dir=usual_state_dir, kind="auto", progress=lambda text: None)
    handed_out, source = load(made), load(lab.path)
    (room / "in").mkdir()
    notebooks = {}

    def hand_in(student: str, data: bytes) -> None:
        notebooks[student] = room / "in" / f"{student}.ipynb"
        notebooks[student].write_bytes(data)

    hand_in("released", made.read_bytes())
    for names, base in ((RIGHT, source), (HOSTILE, handed_out)):
        for student, change in names.items():
            hand_in(student, json.dumps(change(base)).encode())
    for student, data in BROKEN.items():
        hand_in(student, data)
    notebooks["fifo"] = room / "in" / "fifo.ipynb"
    os.mkfifo(notebooks["fifo"])
    notebooks["link"] = room / "in" / "link.ipynb"
    notebooks["link"].symlink_to(lab.path)
    graded = grade(lab, notebooks, out=room / "out", sandbox=sandbox, state_dir=usual_state_dir)
    write(graded, room / "out")
    return Class(lab, {one.student: one for one in graded}, room / "out", handed_out)


def by_tests(graded: Graded) -> dict[str, float | None]:
    return {q.id: q.score for q in graded.questions if q.status is not Status.MANUAL}


def hidden_lines(lab: Lab) -> set[str]:
    """Lines of hidden tests that stand nowhere else."""
    visible = {line for c in lab.cells for n, line in enumerate(c.source.splitlines(), 1) if n not in c.hidden}
    hidden = {line for c in lab.cells for n, line in enumerate(c.source.splitlines(), 1) if n in c.hidden}
    return {line.strip() for line in hidden - visible if len(line.strip()) > 12}


def feedback(everybody: Class, student: str) -> str:
    folder = everybody.out / "feedback" / student
    return "".join((folder / name).read_text("utf-8") for name in ("report.html", "result.json"))


def test_the_solution_has_all_points_that_tests_give(everybody: Class) -> None:
    right = everybody.graded["right"]
    assert by_tests(right) == {c.grade_id: c.points for c in everybody.lab.graded if c.role == "tests"}
    assert right.official
    assert right.notes == ()


def test_what_is_handed_out_has_none_of_them(everybody: Class) -> None:
    assert set(by_tests(everybody.graded["released"]).values()) == {0.0}


def test_what_a_person_grades_is_never_zero_silently(everybody: Class) -> None:
    for student in ("right", "released", "written", "not-json"):
        graded = everybody.graded[student]
        question = next(q for q in graded.questions if q.id == "policy")
        assert (question.status, question.score) == (Status.MANUAL, None)
        assert question.says.startswith("To be graded by a person.")
        assert graded.pending == 2
    assert sentence(everybody.graded["right"]) == "12 of 14 points so far; 2 to be graded by a person."
    assert "The answer was left as it was handed out." in feedback(everybody, "released")
    assert "We wait with the release." in feedback(everybody, "written")


@pytest.mark.parametrize("student", HOSTILE)
def test_a_hostile_notebook_wins_nothing(everybody: Class, student: str) -> None:
    assert set(by_tests(everybody.graded[student]).values()) == {0.0}
    assert everybody.graded[student].problem == ""


@pytest.mark.parametrize("student", [*HOSTILE, "records", "tells", "edges", "released", "right"])
def test_nobody_reads_a_hidden_test(everybody: Class, student: str) -> None:
    text = feedback(everybody, student)
    if student != "right":  # the solution was handed in with the hidden tests in it; what was wrong in it is shown only
        assert not [line for line in hidden_lines(everybody.lab) if line in text or json.dumps(line)[1:-1] in text]
    assert "HIDDEN TESTS" not in text


def test_inputs_of_hidden_tests_come_out_in_no_way(everybody: Class) -> None:
    records, tells = everybody.graded["records"], everybody.graded["tells"]
    assert by_tests(records)["percentile-tests"] == 0  # it raises on the one that it gives away
    for graded in (records, tells):
        told = [ran.text + ran.error for ran in graded.outputs] + [q.says for q in graded.questions]
        assert not [text for text in told if "0.1" in text or "Saw_" in text]
        assert "Saw_7" not in feedback(everybody, graded.student)
    question = next(q for q in tells.questions if q.id == "of-all-hosts-tests")
    assert "`IndexError`" in question.says  # as in the run in which nothing hidden took part


def test_a_visible_test_is_told_with_its_line_and_a_hidden_one_without(everybody: Class) -> None:
    wrong, edges = everybody.graded["wrong"], everybody.graded["edges"]
    said = {q.id: q.says for q in wrong.questions}["budget-left-tests"]
    assert said == "A test ends in `AssertionError`: `assert isclose(budget_left(0.99, 1000, 1000), 1.0)`"
    assert by_tests(wrong) | {"budget-left-tests": 2.0} == by_tests(everybody.graded["right"])
    said = {q.id: q.says for q in edges.questions}["percentile-tests"]
    assert said.startswith("The tests that you see pass, and one that you do not see fails")


def test_missing_and_doubled_cells_are_named(everybody: Class) -> None:
    missing, twice = everybody.graded["missing"], everybody.graded["doubled"]
    assert missing.notes == (
        "The cell `percentile` is missing: it counts as empty.",
        "The cell `from-buckets-tests` is missing: the course's own was used.",
    )
    assert by_tests(missing)["percentile-tests"] == 0
    assert by_tests(missing)["from-buckets-tests"] == 2
    assert "The cell `good-and-valid` is there more than once" in twice.notes[0]
    assert by_tests(twice) == by_tests(everybody.graded["right"])


@pytest.mark.parametrize(
    ("student", "words"),
    [
        ("not-json", "It is no notebook"),
        ("empty", "It is no notebook"),
        ("a-list", "It is no notebook of version 4"),
        ("old", "It is no notebook of version 4"),
        ("no-cells", "Cell 1 is none of a notebook"),
        ("deep", "It is no notebook"),
        ("utf-16", "save it as UTF-8"),
        ("large", "It is larger than 6 MB"),
        ("fifo", "It is no ordinary file"),
        ("link", "it is a link"),
    ],
)
def test_what_is_no_notebook_is_told_in_a_sentence(everybody: Class, student: str, words: str) -> None:
    graded = everybody.graded[student]
    assert words in graded.problem
    assert graded.problem.endswith(".")
    assert set(by_tests(graded).values()) == {0.0}
    assert graded.problem in sentence(graded)


def test_a_cell_that_writes_too_much_is_cut(everybody: Class) -> None:
    ran = everybody.graded["prints"].outputs[0]
    assert len(ran.text) < 21_000
    assert "more characters)" in ran.text
    assert len(feedback(everybody, "prints")) < 100_000


def test_a_process_that_ends_is_told(everybody: Class) -> None:
    for student in ("leaves", "ahead"):
        assert any("Your notebook " in q.says for q in everybody.graded[student].questions)


def test_nothing_of_a_learners_is_markup(everybody: Class) -> None:
    for text in (page(everybody.graded["markup"]), table([everybody.graded["markup"]])):
        assert "<script" not in text
        assert "<img" not in text
        assert "\x1b" not in text
    assert "&lt;script&gt;" in page(everybody.graded["markup"])


def test_forms_for_graders_show_answers_as_text_and_no_hidden_test(everybody: Class) -> None:
    graded = everybody.out / "nbgrader" / "autograded"
    notebook = load(graded / "markup" / "05-operations" / "objectives.ipynb")
    answer = next(c for c in notebook["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == "policy")
    assert "".join(answer["source"]).startswith("```text\n" + MARKUP[:20])
    assert not list(everybody.out.glob("nbgrader/submitted/*"))
    for path in graded.rglob("*.ipynb"):
        assert "HIDDEN TESTS" not in path.read_text("utf-8")


def test_nbgrader_has_the_same_scores(everybody: Class) -> None:
    """Its gradebook, read by SQL: what tests gave to everybody."""
    with sqlite3.connect(everybody.out / "nbgrader" / "gradebook.db") as book:
        rows = book.execute(
            "SELECT s.student_id, SUM(g.auto_score) FROM grade g JOIN submitted_notebook n ON g.notebook_id = n.id"
            " JOIN submitted_assignment s ON n.assignment_id = s.id GROUP BY s.student_id"
        )
        found = dict(rows)
    assert found == {name: one.score for name, one in everybody.graded.items() if not one.problem}
    assert set(found) == {"released", *RIGHT, *HOSTILE}


def test_results_are_machine_readable(everybody: Class) -> None:
    results = json.loads((everybody.out / "results.json").read_text())
    assert results == [as_data(one) for one in everybody.graded.values()]
    assert (everybody.out / "scores.csv").read_text().splitlines()[1] == "released,0,14,2,true,"


def test_what_a_person_enters_holds_until_the_answer_changes(
    everybody: Class, lab: Lab, sandbox: Sandbox, usual_state_dir: Path, tmp_path: Path
) -> None:
    path = tmp_path / "ada.ipynb"
    out = tmp_path / "out"

    def policy(text: str) -> tuple[float | None, str]:
        path.write_text(json.dumps(answered(policy=text)(everybody.handed_out)))
        (ada,) = grade(lab, {"ada": path}, out=out, sandbox=sandbox, state_dir=usual_state_dir)
        return next((q.score, q.says) for q in ada.questions if q.id == "policy")

    assert policy("Wait.") == (None, "To be graded by a person.")
    with sqlite3.connect(out / "nbgrader" / "gradebook.db") as book:  # as nbgrader's form for graders writes it
        where = "WHERE cell_id IN (SELECT id FROM base_cell WHERE name = 'policy')"
        assert book.execute(f"UPDATE grade SET manual_score = 1.5, needs_manual_grade = 0 {where}").rowcount == 1
        book.execute(f"UPDATE comment SET manual_comment = 'Who agrees?' {where}")
    assert policy("Wait.") == (1.5, "Who agrees?")
    assert policy("Release it.") == (None, "To be graded by a person.")


def test_a_cell_that_hangs_is_ended(everybody: Class) -> None:
    assert "did not answer within" in everybody.graded["hangs"].questions[0].says


def test_nbgraders_environment_is_made_once(usual_state_dir: Path) -> None:
    said: list[str] = []
    first = nbgrader_site(state_dir=usual_state_dir, kind="auto", progress=said.append)
    assert nbgrader_site(state_dir=usual_state_dir, kind="auto", progress=said.append) == first
    assert len(said) <= 1
