"""The reports of a lab: a page for the learner, JSON for machines, and a table of the class."""

import base64
import csv
import hashlib
import io
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
import msgspec
from markupsafe import Markup

from grader.domain.errors import EnvironmentError_
from grader.domain.status import Status
from grader.lab.nouns import Graded
from grader.report import escape
from grader.report.environment import escaping_environment
from grader.report.escape import clip, html_prose
from grader.report.words import ICONS, WORDS

SCHEMA = "django-track/lab-1"


def points(number: float) -> str:
    """``2`` or ``1.5``: points as people write them."""
    return f"{number:g}"


def sentence(graded: Graded) -> str:
    """The score in one sentence; what waits for a person is said and never counted as 0."""
    if graded.problem:
        return graded.problem
    score = f"{points(graded.score)} of {points(graded.max_score)} points"
    if not graded.pending:
        return f"{score}."
    return f"{score} so far; {points(graded.pending)} to be graded by a person."


def as_data(graded: Graded) -> dict[str, Any]:
    """One learner's result, as ``result.json`` has it. ``score`` of a question is null while a person has to grade."""
    return {
        "schema": SCHEMA,
        "assignment": graded.lab.assignment,
        "notebook": graded.lab.name,
        "student": graded.student,
        "official": graded.official,
        "problem": graded.problem or None,
        "score": graded.score,
        "max_score": graded.max_score,
        "to_be_graded": graded.pending,
        "questions": [
            {
                "id": q.id,
                "title": q.title,
                "status": q.status.value,
                "score": q.score,
                "max_score": q.max_score,
                "message": q.says,
            }
            for q in graded.questions
        ],
        "notes": list(graded.notes),
    }


def encode(data: object) -> bytes:
    """Indented JSON that ends in a newline, safe to be printed in a workflow's log."""
    return escape.json(msgspec.json.format(msgspec.json.encode(data), indent=2)) + b"\n"


def page(graded: Graded) -> str:
    """The learner's page: nothing of hidden tests, and no markup of the learner's own."""
    css = _style()
    return (
        _environment()
        .get_template("lab.html.j2")
        .render(
            graded=graded,
            sentence=sentence(graded),
            css=Markup(css),
            css_hash=base64.b64encode(hashlib.sha256(css.encode()).digest()).decode("ascii"),
        )
    )


def table(all_graded: Iterable[Graded]) -> str:
    """A CSV file with a row for each notebook. No cell is computed by a spreadsheet."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(["student", "score", "max_score", "to_be_graded", "official", "problem"])
    for one in all_graded:
        numbers = [points(one.score), points(one.max_score), points(one.pending)]
        rows.writerow([escape.csv(one.student), *numbers, str(one.official).lower(), escape.csv(one.problem)])
    return out.getvalue()


def write(all_graded: Iterable[Graded], out: Path) -> None:
    """Writes ``feedback/STUDENT/report.html`` and ``result.json``, ``results.json`` and ``scores.csv`` into ``out``.

    Raises:
        EnvironmentError_: they cannot be written.
    """
    everybody = list(all_graded)
    try:
        for one in everybody:
            folder = out / "feedback" / one.student
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "report.html").write_text(page(one), "utf-8")
            (folder / "result.json").write_bytes(encode(as_data(one)))
        (out / "results.json").write_bytes(encode([as_data(one) for one in everybody]))
        (out / "scores.csv").write_text(table(everybody), "utf-8")
    except OSError as problem:
        raise EnvironmentError_(
            f"{out} cannot be written: {problem.strerror}", "Make room, or choose another: --out DIR."
        ) from None


@cache
def _environment() -> jinja2.Environment:
    environment = escaping_environment("grader.lab")
    environment.filters |= {"clip": clip, "points": points, "prose": lambda text: Markup(html_prose(text))}
    environment.globals |= {"ICONS": ICONS, "WORDS": WORDS, "Status": Status}
    return environment


@cache
def _style() -> str:
    parts = (
        (jinja2.PackageLoader("grader.report", "templates"), "report.css"),
        (jinja2.PackageLoader("grader.lab", "templates"), "lab.css"),
    )
    return "\n" + "\n".join(loader.get_source(_environment(), name)[0] for loader, name in parts)
