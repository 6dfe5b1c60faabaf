"""Each export is read back as its consumer reads it, with names in any script and of any intent."""

import csv
import io
import json
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.classroom.exporting import exported
from grader.classroom.exports import EXPORTS, Export
from grader.classroom.feedback import Feedback
from grader.classroom.gradebook import Book, Grade
from grader.classroom.journal import Journal
from grader.classroom.judging import judged, standing
from grader.classroom.people import Decision, HandIn
from grader.classroom.policy import Policy
from grader.classroom.records import Entry
from grader.given.roster import Student
from tests.classroom.samples import ASSIGNMENT, measured
from tests.report.parts import HOSTILE

STUDENTS = (
    Student("1", "Ina Moss", "Ina", "Moss", "ina@example.org", "A", "101", "s1", "ina"),
    Student("2", "山田 太郎", email="taro@example.org", login="taro"),
    Student("3", "محمد الأمين", email="m@example.org", login="mo"),
    Student("4", '=HYPERLINK("http://evil.example","x")', email="+1@evil.example", section="@SUM(1)", login="-2+3"),
    Student("5", "No Platform"),
)
FORMULA = ("=", "+", "-", "@", "\t", "\r", "|", "%")


def grades() -> tuple[Grade, ...]:
    entries = [Entry(n, str(n), 1, None, "measured", "", "", measured()) for n in (1, 3, 4)]
    entries[1] = replace(entries[1], outcome="errored", message="SECRET no sandbox", measured=None)
    entries += [Entry(9, "guest", 1, None, "measured", "", "", measured())]
    override = Decision("1", "override", "", "87.5", "=1+1", "Grace", "2026-03-02T10:00:00Z")
    return tuple(Book(ASSIGNMENT, Policy(), standing([override])).grades(STUDENTS, entries))


def read(export: Export) -> list[list[str]]:
    return list(csv.reader(io.StringIO(export.text.removeprefix("\ufeff"), newline=""), strict=True))


def test_the_gradebook_has_everything() -> None:
    export = EXPORTS["csv"](grades(), "02")
    rows = list(csv.DictReader(io.StringIO(export.text.removeprefix("\ufeff"), newline="")))
    assert [r["student_id"] for r in rows] == ["1", "2", "3", "4", "5", "guest"]
    assert [r["name"] for r in rows[1:3]] == ["山田 太郎", "محمد الأمين"]
    assert [r["score"] for r in rows] == ["87.5", "", "", "100", "", "100"]
    assert (rows[0]["raw_score"], rows[0]["override_reason"], rows[0]["override_by"]) == ("100", "'=1+1", "Grace")
    assert [r["status"] for r in rows[1:3]] == ["not handed in", "not graded"]
    assert export.text.startswith("\ufeff")


def test_canvas_finds_its_rows() -> None:
    """Its importer wants these headings, and the points in a second row that begins with four blanks."""
    export = EXPORTS["canvas"](grades(), "02 Domain modeling")
    rows = read(export)
    assert rows[0] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "02 Domain modeling"]
    assert rows[1] == ["    Points Possible", "", "", "", "", "100"]
    assert rows[2] == ["Moss, Ina", "101", "s1", "ina", "A", "87.5"]
    assert [row[-1] for row in rows[3:]] == ["", "", "100"]
    assert export.notes == (
        "-2+3 could be a formula: it is quoted, and may not be found.",
        "+1@evil.example could be a formula: it is quoted, and may not be found.",
        "5 is not in the file: Canvas needs canvas_id, sis_id or login in the roster.",
        "guest is not in the roster, and so not in the file.",
    )


def test_moodle_finds_its_rows_and_learners_read_no_fault_of_ours() -> None:
    export = EXPORTS["moodle"](grades(), "02 Domain modeling")
    rows = list(csv.DictReader(io.StringIO(export.text, newline="")))
    assert list(rows[0]) == [
        "First name",
        "Last name",
        "ID number",
        "Username",
        "Email address",
        "02 Domain modeling",
        "Feedback",
    ]
    assert rows[0]["Feedback"] == "Score set by Grace: =1+1"
    assert (rows[2]["Last name"], rows[2]["02 Domain modeling"]) == ("محمد الأمين", "")
    assert rows[2]["Feedback"] == "It could not be graded yet, through no fault of yours."
    assert "SECRET" not in export.text


texts = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12) | st.sampled_from(
    [
        HOSTILE,
        "x;=1",
        'x; "=1',
        "x;\t=1;@a",
        "=1",
        " =1",
        "+1",
        "-1",
        "@a",
        "\t=1",
        "\r\n=1",
        '"=1"',
        ",=1",
        "a\nb",
        "::error::x",
        "＝1",
        "\ufeff=1",
    ]
)


@settings(deadline=None)  # what a busy machine takes says nothing here
@given(texts, st.sampled_from(sorted(EXPORTS)))
def test_no_cell_is_a_formula_and_no_line_a_command(text: str, name: str) -> None:
    student = Student(text, text, text, text, text, text, text, text, text)
    entry = Entry(1, text, 1, None, "refused", text, text, None)
    decisions = standing([Decision(text, "judgement", "domain.one", "passed", text, text, "2026-03-02T10:00:00Z")])
    export = EXPORTS[name](tuple(Book(ASSIGNMENT, Policy(), decisions).grades((student,), [entry])), text)
    rows = read(export)
    assert len({len(row) for row in rows}) == 1
    assert len(rows) == 2 + (name == "canvas")
    # Some programs end a cell at a semicolon as well, some of them in quotes too.
    for part in (part for row in rows for cell in row for part in cell.split(";")):
        assert not part.lstrip(" \u00a0\u3000").startswith(FORMULA)
    assert not any(line.lstrip().startswith("::") or "##[" in line for line in export.text.splitlines())


def test_what_is_read_is_what_was_written_whatever_ends_a_cell() -> None:
    shown = Student("1", 'Moss; "Ina", Dr.', section="A;B", login="moss")
    grades = tuple(Book(ASSIGNMENT, Policy(), {}).grades((shown,), ()))
    assert read(EXPORTS["csv"](grades, "x"))[1][:4] == ["1", 'Moss; "Ina", Dr.', "", "A;B"]
    # Or a program that takes semicolons for ends of cells would shift all that follow.
    assert '"A;B"' in EXPORTS["canvas"](grades, "x").text


def test_an_export_is_of_one_moment(journal: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run at work on the class writes between the two readings that a file for each student needs."""
    other, readings, read_entries = Journal(tmp_path / "class"), 0, Journal.entries

    def entries(self: Journal, number: int | None = None) -> Generator[Entry]:
        nonlocal readings
        readings += 1
        other.decide(Decision("1", "override", "", str(readings), "While it runs.", "Grace", "2026-03-02T10:00:00Z"))
        other.hand_in(HandIn(f"new-{readings}", 1, Path("x")))
        return read_entries(self, number)

    monkeypatch.setattr(Journal, "entries", entries)
    folder, missing = exported(journal, ASSIGNMENT, "gradescope", tmp_path / "out", None)
    assert readings == 2
    assert "While it runs" not in (folder / "1/results.json").read_text()
    assert not [sentence for sentence in missing if "new-" in sentence]
    assert "new-2" in journal.handed_in()
    other.close()


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    journal = Journal(tmp_path / "class", create=True) if (tmp_path / "class").mkdir() is None else None
    assert journal is not None
    journal.enrol(STUDENTS)
    for name in ("1", "3", "../../evil"):
        number = journal.hand_in(HandIn(name, 1, Path(name)))
        journal.record(
            number,
            mark="m",
            basis="b",
            outcome="measured",
            at="2026-03-02T10:00:00Z",
            seconds=1.0,
            measured=measured(("domain.one",), errored=() if name != "3" else ("domain.three",), observed=HOSTILE),
        )
    return journal


def test_gradescope_and_exercism_get_a_file_for_each_student(journal: Journal, tmp_path: Path) -> None:
    journal.decide(Decision("1", "override", "", "60.5", "By hand.", "Grace", "2026-03-02T10:00:00Z"))
    folder, missing = exported(journal, ASSIGNMENT, "gradescope", tmp_path / "out", None)
    assert len(list(folder.iterdir())) == 3
    one = json.loads((folder / "1/results.json").read_text())
    assert one["score"] == 60.5
    assert "Score set by Grace: By hand." in one["output"]
    assert [t["score"] for t in one["tests"]] == [50, 0, 0, 0]
    ungraded = json.loads((folder / "3/results.json").read_text())
    assert "score" not in ungraded
    assert not any("score" in test for test in ungraded["tests"])
    assert "SECRET-FAULT" not in (folder / "3/results.json").read_text()
    assert missing[0] == "2 is not there: nothing of theirs was measured."
    folder, _ = exported(journal, ASSIGNMENT, "exercism", tmp_path / "out", None)
    one = json.loads((folder / "1/results.json").read_text())
    assert (one["version"], one["status"], [t["status"] for t in one["tests"]]) == (3, "fail", ["pass", "fail", "fail"])
    assert json.loads((folder / "3/results.json").read_text())["status"] == "error"
    path, _ = exported(journal, ASSIGNMENT, "csv", tmp_path / "out", None)
    assert path.read_bytes().startswith(b"\xef\xbb\xbfstudent_id,")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["class", "out"]


def test_feedback_lies_in_a_folder_of_its_own_and_says_nothing_hidden(journal: Journal, tmp_path: Path) -> None:
    said: list[str] = []
    feedback = Feedback(tmp_path / "class", said.append)
    for entry in journal.entries():
        assert entry.measured is not None
        feedback.write(entry, judged(entry.measured, ASSIGNMENT, ()))
        assert feedback.place(entry).is_relative_to(tmp_path / "class/feedback")
        page = (feedback.place(entry) / "report.html").read_text()
        assert "<script>alert" not in page
        assert "SECRET-FAULT" not in page + (feedback.place(entry) / "result.json").read_text()
    assert len(list((tmp_path / "class/feedback").iterdir())) == 3
    again = next(iter(journal.entries()))
    page_path = feedback.place(again) / "report.html"
    before = page_path.stat().st_ino
    feedback.write(again, judged(again.measured, ASSIGNMENT, ()))  # type: ignore[arg-type]
    assert page_path.stat().st_ino == before  # nothing of it changed, so nothing is written
    page_path.unlink()
    feedback.write(again, judged(again.measured, ASSIGNMENT, ()))  # type: ignore[arg-type]
    assert page_path.is_file()
    feedback.write(again, judged(measured(), ASSIGNMENT, ()))
    assert HOSTILE[:6] not in page_path.read_text()
    broken = Feedback(Path("/proc/class"), said.append)
    broken.write(again, judged(measured(), ASSIGNMENT, ()))
    assert len(said) == 1
    assert "could not be written" in said[0]
