"""nbgrader, by its own API: makes the released notebook and keeps the gradebook. Executes no cell.

Reads a job as JSON on its input and writes the answer as JSON: ``{"do": "release"}`` gives what was released,
``{"do": "grade"}`` the gradebook's entries of each student. How the cells ended comes with the job.
"""

import json
import os
import sys
from typing import Any

from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_output
from nbgrader import utils
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    ClearHiddenTests,
    LimitOutput,
    NbGraderPreprocessor,
    SaveAutoGrades,
)
from traitlets.config import Config

COURSE_ID = "django-track"
_GIVEN: dict[str, dict[str, Any]] = {}


class SealedOutcomes(NbGraderPreprocessor):
    """In the place of nbgrader's ``Execute``: the outputs of a notebook that was executed in a sandbox."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Gives each cell what it wrote, and each cell of tests an error unless it passed."""
        given = _GIVEN[resources["nbgrader"]["student"]]
        for cell in nb.cells:
            if cell.cell_type == "code":
                cell.outputs = _outputs(cell, given)
        return nb, resources


class PlainAnswers(NbGraderPreprocessor):
    """Markdown of learners as a block of text: nbgrader's form for graders would show its HTML as it is."""

    def preprocess_cell(self, cell: NotebookNode, resources: Any, index: int) -> tuple[NotebookNode, Any]:
        """The cell, and what the next one is given."""
        if cell.cell_type == "markdown" and utils.is_solution(cell):
            fence = "`" * 3
            while fence in cell.source:
                fence += "`"
            cell.source = f"{fence}text\n{cell.source}\n{fence}"
        return cell, resources


def _outputs(cell: NotebookNode, given: dict[str, Any]) -> list[NotebookNode]:
    if utils.is_grade(cell) and not utils.is_solution(cell):
        passed = cell.id in given["passed"]
        return [] if passed else [new_output("error", ename="Failed", evalue="", traceback=["Failed"])]
    text = given["written"].get(cell.id, "")
    return [new_output("stream", name="stdout", text=text)] if text else []


def api(root: str) -> NbGraderAPI:
    """nbgrader on the course's folder, with what executes cells taken out."""
    config = Config()
    config.CourseDirectory.root = root
    config.CourseDirectory.course_id = COURSE_ID
    config.Autograde.autograde_preprocessors = [
        SealedOutcomes,
        LimitOutput,
        SaveAutoGrades,
        AssignLatePenalties,
        CheckCellMetadata,
        ClearHiddenTests,
        PlainAnswers,
    ]
    return NbGraderAPI(CourseDirectory(config=config), config=config)


def release(job: dict[str, Any]) -> dict[str, Any]:
    """The notebook that learners receive is in ``release/ASSIGNMENT``; its problem, if nbgrader has one."""
    done = api(job["root"]).generate_assignment(job["assignment"], force=True, create=True)
    return {"problem": "" if done["success"] else _problem(done)}


def grade(job: dict[str, Any]) -> dict[str, Any]:
    """The entries of each student by grade id, or the problem that nbgrader has with the notebook."""
    made = release(job)
    if made["problem"]:
        return made
    course, found = api(job["root"]), {}
    for student, given in job["students"].items():
        _GIVEN[student] = given
        done = course.autograde(job["assignment"], student, force=True, create=True)
        entries = _entries(course, job, student, set(given["unchanged"])) if done["success"] else {}
        found[student] = {"problem": "" if done["success"] else _problem(done), "entries": entries}
    return {"problem": "", "students": found}


def _entries(course: NbGraderAPI, job: dict[str, Any], student: str, unchanged: set[str]) -> dict[str, Any]:
    entries = {}
    with Gradebook(course.coursedir.db_url, COURSE_ID) as book:
        notebook = book.find_submission_notebook(job["notebook"], job["assignment"], student)
        for entry in notebook.grades:
            if entry.name in job["written"] and entry.manual_score is None:
                # nbgrader gives an answer that was left as it was handed out 0 points; a person has to say so.
                entry.auto_score, entry.needs_manual_grade = None, True
            elif entry.manual_score is not None and entry.name in unchanged:
                entry.needs_manual_grade = False  # what a person gave holds as long as the answer does
            entries[entry.name] = {
                "score": float(entry.score),
                "max_score": float(entry.max_score),
                "waits": bool(entry.needs_manual_grade),
                "by_person": entry.manual_score is not None,
                "comment": _comment(book, job, student, entry.name),
            }
        book.db.commit()
    return entries


def _comment(book: Gradebook, job: dict[str, Any], student: str, name: str) -> str:
    try:
        found = book.find_comment(name, job["notebook"], job["assignment"], student)
    except MissingEntry:  # cells of tests have none
        return ""
    return found.manual_comment or ""


def _problem(done: dict[str, Any]) -> str:
    return str(done.get("error") or done.get("log") or "it does not say why")[-2000:]


def main() -> None:
    """Answers the one job."""
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answer:
        os.dup2(2, 1)  # nothing but the answer is an answer, whatever nbgrader prints
        job = json.load(sys.stdin)
        json.dump({"release": release, "grade": grade}[job["do"]](job), answer)


if __name__ == "__main__":
    main()
