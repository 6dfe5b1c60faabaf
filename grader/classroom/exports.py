"""The gradebook as files that other programs read. A grade that is not there is an empty cell, never a zero.

All text is a learner's or a roster's: no cell is a formula, and no line a command of a workflow.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from grader.classroom.gradebook import Grade
from grader.classroom.people import Decision
from grader.classroom.policy import plain
from grader.report import escape

_POINTS_POSSIBLE = "    Points Possible"  # Canvas knows the row by its four blanks
_APART = re.compile(r"[,;\"\t\r\n]|^\s|\s$")
_BOM = "\ufeff"  # by it spreadsheets know that names are in UTF-8
# What was wrong with the machine is not for learners.
_WITHOUT = {"not graded": "It could not be graded yet, through no fault of yours.", "waiting": "Not graded yet."}
Cell = str | int


@dataclass(frozen=True, slots=True)
class Export:
    """A file, and sentences on who is not in it, or not as they should be."""

    file_name: str
    text: str
    notes: tuple[str, ...] = ()


def gradebook(grades: Iterable[Grade], title: str) -> Export:
    """Everything there is to know of each grade, for people and spreadsheets."""
    heading = "student_id,name,email,section,status,score,max_score,raw_score,late_penalty,met,attempt,attempts,"
    heading += "submitted_at,override_reason,override_by,override_at,judgements,reason,notes"
    rows: list[Sequence[Cell]] = [heading.split(",")]
    rows += [_row(grade) for grade in grades]
    return Export("gradebook.csv", _BOM + _written(rows))


def _row(grade: Grade) -> Sequence[Cell]:
    who, attempt, override = grade.student, grade.attempt, grade.override
    measured = attempt.raw is not None
    return (
        *(_safe(text) for text in (who.id, who.shown, who.email, who.section)),
        grade.status,
        _points(grade),
        grade.max_score,
        plain(attempt.raw) if attempt.raw is not None else "",
        plain(attempt.penalty) if measured else "",
        ("yes" if attempt.met else "no") if measured else "",
        attempt.number or "",
        grade.attempts,
        attempt.submitted_at,
        *((_safe(override.reason), _safe(override.author), override.at) if override else ("", "", "")),
        _safe("; ".join(map(_judgement, grade.judgements))),
        _safe(attempt.reason),
        _safe(" ".join(grade.notes)),
    )


def _judgement(decision: Decision) -> str:
    return f"{decision.target} {decision.value} ({decision.author}, {decision.at[:10]}: {decision.reason})"


def canvas(grades: Iterable[Grade], title: str) -> Export:
    """A column of Canvas's gradebook: students are found by ``ID``, ``SIS User ID`` or ``SIS Login ID``."""
    known, notes = _known(
        grades, lambda who: bool(who.canvas_id or who.sis_id or who.login), "canvas_id, sis_id or login", "Canvas"
    )
    most = max((g.max_score for g in known), default=0)
    rows: list[Sequence[Cell]] = [
        ("Student", "ID", "SIS User ID", "SIS Login ID", "Section", _safe(title)),
        (_POINTS_POSSIBLE, "", "", "", "", most),
    ]
    for grade in known:
        who = grade.student
        name = f"{who.last_name}, {who.first_name}" if who.last_name and who.first_name else who.shown
        texts = (name, who.canvas_id, who.sis_id, who.login, who.section)
        rows.append((*map(_safe, texts), _points(grade)))
    return Export("canvas.csv", _written(rows), notes)


def moodle(grades: Iterable[Grade], title: str) -> Export:
    """A file for Moodle's import of grades: students are found by ``ID number``, ``Username`` or ``Email address``."""
    known, notes = _known(
        grades, lambda who: bool(who.sis_id or who.login or who.email), "sis_id, login or email", "Moodle"
    )
    heading = ("First name", "Last name", "ID number", "Username", "Email address", _safe(title), "Feedback")
    rows: list[Sequence[Cell]] = [heading]
    for grade in known:
        who = grade.student
        first, last = (who.first_name, who.last_name) if who.last_name else ("", who.shown)
        texts = (first, last, who.sis_id or who.id, who.login, who.email)
        rows.append((*map(_safe, texts), _points(grade), _safe(_feedback(grade))))
    return Export("moodle.csv", _written(rows), notes)


def _feedback(grade: Grade) -> str:
    """What a learner may read of how the grade came about."""
    said = [_WITHOUT.get(grade.status, grade.attempt.reason)] if grade.score is None else []
    said += [f"Score set by {grade.override.author}: {grade.override.reason}"] if grade.override else []
    late = grade.attempt.penalty
    said += [f"{plain(late)} points less for being late."] if late and not grade.override else []
    return " ".join(said)


def _known(
    grades: Iterable[Grade], identified: Callable[..., bool], columns: str, platform: str
) -> tuple[list[Grade], tuple[str, ...]]:
    """Those that the platform can find, and a word on the others."""
    known, notes = [], []
    for grade in grades:
        who = grade.student
        if not who.enrolled:
            notes.append(f"{escape.one_line(who.id)} is not in the roster, and so not in the file.")
        elif not identified(who):
            notes.append(f"{escape.one_line(who.id)} is not in the file: {platform} needs {columns} in the roster.")
        else:
            known.append(grade)
            changed = [t for t in (who.canvas_id, who.sis_id, who.login, who.email) if t and _safe(t) != t]
            notes += [f"{escape.one_line(t)} could be a formula: it is quoted, and may not be found." for t in changed]
    return known, tuple(notes)


def _points(grade: Grade) -> str:
    return "" if grade.score is None else plain(grade.score)


def _safe(text: str) -> str:
    """A cell of text, on one line: what a spreadsheet would compute is quoted."""
    return escape.csv(" ".join(text.split()))


def _written(rows: Iterable[Sequence[Cell]]) -> str:
    return "".join(f"{','.join(_quoted(str(cell)) for cell in row)}\r\n" for row in rows)


def _quoted(cell: str) -> str:
    """In quotes where it has anything that some program takes for the end of a cell: a semicolon too."""
    return f'"{cell.replace(chr(34), chr(34) * 2)}"' if _APART.search(cell) else cell


EXPORTS = {"csv": gradebook, "canvas": canvas, "moodle": moodle}
