"""What a release brings for automated grading: a workflow that checks each push, and the tests of GitHub Classroom."""

import ast
import json
import shlex
from collections.abc import Iterator, Mapping
from itertools import groupby

from grader.course.git import own_files
from grader.course.lint.checks import tied_criteria
from grader.course.manifest import Course
from grader.domain.course import Criterion, Module

TEMPLATE = "deploy/learner-repository"
AUTOGRADING = ".github/classroom/autograding.json"
_SETUP = "python3 -m venv .venv && .venv/bin/pip install --quiet -r requirements.txt"
_MINUTES = 10  # of one task, with what is installed before it


def automation(course: Course, module: Module) -> Mapping[str, str]:
    """The files by their paths in a release of this module; what a course does not have is not among them.

    Without public checks there is nothing that the tests of GitHub Classroom could run, and no file of them.
    """
    folder = course.root / TEMPLATE
    files = {path: (folder / path).read_text("utf-8") for path in own_files(folder)} if folder.is_dir() else {}
    tests = [*_tests(course, module)]
    return files | ({AUTOGRADING: json.dumps({"tests": tests}, indent=2, ensure_ascii=False) + "\n"} if tests else {})


def _tests(course: Course, module: Module) -> Iterator[dict[str, object]]:
    """A test for each task that has public checks, worth their points: it passes if all of them do."""
    public = public_criteria(course, module)
    shown = sorted((c for c in module.criteria if c.id in public and c.points), key=lambda c: c.task)
    for task, criteria in groupby(shown, key=lambda c: c.task):
        yield _test(module, task, tuple(criteria))


def _test(module: Module, task: int, criteria: tuple[Criterion, ...]) -> dict[str, object]:
    named = [word for criterion in criteria for word in ("--only", criterion.id)]
    words = [".venv/bin/grader", "check", f"modules/{module.slug}/starter", *named]
    return {
        "name": f"Task {task}: {'; '.join(criterion.title for criterion in criteria)}",
        "setup": _SETUP,
        "run": shlex.join(words),
        "input": "",
        "output": "",
        "comparison": "included",
        "timeout": _MINUTES,
        "points": sum(criterion.points for criterion in criteria),
    }


def public_criteria(course: Course, module: Module) -> frozenset[str]:
    """The criteria of the module that its public checks look at; not all of a criterion's checks need be public."""
    checks = course.folder(module) / "checks"
    paths = (p for p in own_files(checks) if p.startswith("public/") and p.endswith(".py"))
    trees = (ast.parse((checks / path).read_text("utf-8")) for path in paths)
    return frozenset(name for tree in trees for name in tied_criteria(tree) if name)
