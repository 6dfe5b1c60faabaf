"""Grades the notebooks of a lab: each is read, rebuilt, executed apart, and entered into nbgrader's gradebook."""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from grader.domain.errors import CourseError, EnvironmentError_
from grader.domain.status import Status
from grader.lab import environment
from grader.lab.execute import Executed, Sealed
from grader.lab.handed_in import read
from grader.lab.nouns import CourseCell, Graded, HandedIn, Lab, Outcome, Question, Ran, Rebuilt
from grader.lab.rebuild import rebuild
from grader.lab.release import job, lay_out
from grader.lab.words import failed, left, manual
from grader.sandbox.api import Kind, Sandbox

GRADEBOOK = "nbgrader"
_SOURCES = "graded.json"
_CONFIGURATION = """# The gradebook of `grader lab grade`, for nbgrader's form for graders.
# Never have nbgrader execute notebooks here: it would run them beside the tests, as you.
c = get_config()
c.CourseDirectory.course_id = "django-track"
"""


def grade(
    lab: Lab,
    notebooks: Mapping[str, Path],
    *,
    out: Path,
    sandbox: Sandbox,
    state_dir: Path,
    progress: Callable[[str, int, int], None] = lambda text, done, total: None,
) -> tuple[Graded, ...]:
    """What came of each notebook, by student in the order given. ``out/nbgrader`` keeps the gradebook.

    What people have entered there before holds where the answer is still the same.

    Raises:
        EnvironmentError_: an environment cannot be made, or nbgrader fails.
        SandboxError: no kernel starts.
        CourseError: nbgrader refuses the course's notebook.
    """
    kind: Kind = "process" if sandbox.name == "process" else "auto"
    kernel = environment.kernel_site(state_dir=state_dir, kind=kind, progress=lambda text: progress(text, 0, 0))
    site = environment.nbgrader_site(state_dir=state_dir, kind=kind, progress=lambda text: progress(text, 0, 0))
    sealed = Sealed(sandbox, kernel)
    handed_in, executed = list[HandedIn](), dict[str, Executed]()
    for number, (student, path) in enumerate(notebooks.items()):
        progress("Executing notebooks", number, len(notebooks))
        handed_in.append(read(student, path))
        if not handed_in[-1].problem:
            executed[student] = sealed.execute(rebuild(lab, handed_in[-1]))
    progress("Entering the grades into nbgrader's gradebook", 0, 0)
    entered = _entered(lab, executed, out / GRADEBOOK, site, state_dir)
    official = sandbox.official and not sandbox.missing_limits()
    return tuple(
        _graded(lab, one, executed[one.student], entered[one.student], official)
        if one.student in executed
        else _unread(lab, one, official)
        for one in handed_in
    )


def _entered(
    lab: Lab, executed: Mapping[str, Executed], root: Path, site: Path, state_dir: Path
) -> dict[str, dict[str, Any]]:
    """What the gradebook says of each student. What was submitted is not left there: nobody shall execute it."""
    root.mkdir(parents=True, exist_ok=True)
    lay_out(lab, root)
    known = _known(root / _SOURCES)
    students = {}
    try:
        for student, one in executed.items():
            folder = root / "submitted" / student / lab.assignment
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{lab.name}.ipynb").write_text(_notebook(one.rebuilt), "utf-8")
            written = {name: outcome.text for name, outcome in one.seen.items()}
            students[student] = {
                "written": written,
                "passed": sorted(one.passed),
                "unchanged": _unchanged(lab, one, known.get(student)),
            }
        asked = {**job(lab, root, "grade"), "students": students}
        answer = environment.nbgrader(asked, site, state_dir=state_dir, notebooks=len(students))
    finally:
        shutil.rmtree(root / "submitted", ignore_errors=True)
    if answer["problem"]:
        raise CourseError(
            f"nbgrader refuses {lab.path}: {answer['problem']}",
            f"If its questions have changed since {root} was made, grade into a new folder: --out DIR.",
        )
    (root / _SOURCES).write_text(json.dumps(known | {s: _sources(e) for s, e in executed.items()}), "utf-8")
    (root / "nbgrader_config.py").write_text(_CONFIGURATION, "utf-8")
    found: dict[str, dict[str, Any]] = answer["students"]
    return found


def _known(path: Path) -> dict[str, list[list[str]]]:
    """The texts that were graded last, by student."""
    try:
        found: dict[str, list[list[str]]] = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as problem:
        raise EnvironmentError_(f"{path} cannot be read: {problem}", "Grade into a new folder: --out DIR.") from None
    return found


def _sources(one: Executed) -> list[list[str]]:
    return [[cell["metadata"].get("nbgrader", {}).get("grade_id", ""), cell["source"]] for cell in one.rebuilt.cells]


def _unchanged(lab: Lab, one: Executed, before: list[list[str]] | None) -> list[str]:
    """The grade ids whose grade by a person still holds: the answer is the same, or for tests the whole notebook."""
    now = _sources(one)
    same = {name for name, text in now if [name, text] in (before or [])}
    return [c.grade_id for c in lab.graded if now == before or (c.role == "written" and c.grade_id in same)]


def _notebook(rebuilt: Rebuilt) -> str:
    language = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    notebook = {"cells": rebuilt.cells, "metadata": language, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(notebook)


def _graded(lab: Lab, handed_in: HandedIn, one: Executed, entered: dict[str, Any], official: bool) -> Graded:
    names = {cell["metadata"].get("nbgrader", {}).get("grade_id"): cell["id"] for cell in one.rebuilt.cells}
    if entered["problem"]:
        problem = "nbgrader could not enter the grade. This is no fault of the notebook’s: grade it again."
        questions = tuple(Question(c.grade_id, c.title, Status.ERRORED, None, c.points) for c in lab.graded)
        return Graded(handed_in.student, lab, questions, one.rebuilt.notes, problem=problem, official=official)
    questions = tuple(
        _question(cell, one, names[cell.grade_id], entered["entries"][cell.grade_id]) for cell in lab.graded
    )
    return Graded(handed_in.student, lab, questions, one.rebuilt.notes, tuple(_ran(one)), official=official)


def _ran(one: Executed) -> Iterator[Ran]:
    for step in one.rebuilt.steps:
        outcome = one.seen.get(step.name, Outcome())
        if step.role == "learner" and (outcome.text or outcome.error):
            yield Ran(step.source, outcome.text, outcome.error)


def _question(cell: CourseCell, one: Executed, name: str, entry: dict[str, Any]) -> Question:
    """A question as the gradebook has it. A score by tests that tests have not given is refused."""
    answer = one.rebuilt.answers.get(cell.grade_id, "") if cell.role == "written" else ""
    score, most, comment = entry["score"], entry["max_score"], entry["comment"]
    if entry["waits"]:
        said = left(cell, answer) if cell.role == "written" else manual()
        return Question(cell.grade_id, cell.title, Status.MANUAL, None, most, said, answer)
    status = Status.PASSED if score >= most else Status.FAILED
    if entry["by_person"]:
        return Question(cell.grade_id, cell.title, status, score, most, comment or "Graded by a person.", answer)
    passed = name in one.passed
    if score != (most if passed else 0.0):
        raise EnvironmentError_(
            f"nbgrader gives {score:g} of {most:g} points for {cell.grade_id}, and its tests say otherwise.",
            "Grade into a new folder: --out DIR.",
        )
    return Question(cell.grade_id, cell.title, status, score, most, "" if passed else failed(cell, one.seen[name]))


def _unread(lab: Lab, handed_in: HandedIn, official: bool) -> Graded:
    """No points by tests for what cannot be read; what a person grades, a person decides here too."""
    questions = tuple(
        Question(c.grade_id, c.title, Status.MANUAL, None, c.points, manual())
        if c.role == "written"
        else Question(c.grade_id, c.title, Status.FAILED, 0.0, c.points, "The notebook cannot be read.")
        for c in lab.graded
    )
    return Graded(handed_in.student, lab, questions, problem=handed_in.problem, official=official)
