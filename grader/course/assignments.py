"""From a course on disk to what a submission is graded against."""

import functools
from dataclasses import replace
from pathlib import Path

from grader.course.manifest import Course
from grader.course.rubric import load_rubric
from grader.domain.course import CAPSTONE, Gate, Module
from grader.domain.errors import UsageError_
from grader.pipeline import Assignment, Capstone, Part
from grader.scoring.scorecard import GATES_ALONE


def assign(course: Course, number: int, room: Path) -> Assignment:
    """The assignment of a module. The control submission is projected into ``room`` when it is first asked for.

    Raises:
        UsageError_: the course has no such module.
    """
    module = next((m for m in course.modules if m.number == number), None)
    if module is None:
        raise UsageError_(f"the course has no module {number:02d}", f"It has 01 to {len(course.modules):02d}.")
    return _assignment(course, module, room)


def _assignment(course: Course, module: Module, room: Path) -> Assignment:
    checks = course.folder(module) / "checks"
    hidden = checks / "hidden"

    @functools.cache
    def control() -> Path:
        from grader.course.build import build_solution  # most gradings need no control

        return build_solution(course, module.number, room / f"control-{module.number:02d}")

    return Assignment(
        module=module,
        public=checks / "public",
        hidden=hidden if hidden.is_dir() else None,
        course_lock=course.environment_lock,
        advisories=course.advisories,
        control=control if course.reference.is_dir() else None,
    )


def assign_capstone(course: Course, room: Path) -> Capstone:
    """What a submission to the capstone is graded against. The control submissions are projected into ``room``.

    Raises:
        CourseError: the rubric is missing or wrong.
    """
    rubric = load_rubric(course)
    wanted = set(rubric.evidence)
    parts = [
        Part(_as_capstone(_assignment(course, module, room)), module.with_required(named))
        for module in course.assignments
        if (named := [c.id for c in module.criteria if c.id in wanted])
    ]
    gates = replace(parts[-1].assignment, module=Module(0, CAPSTONE, "Capstone", 1, (), rubric.gates), public=None)
    return Capstone(rubric, (*parts, Part(replace(gates, hidden=None), None)))


def _as_capstone(assignment: Assignment) -> Assignment:
    """The checks of a module, for a project that is handed in as the capstone: without the gates of the module."""
    return replace(assignment, module=replace(assignment.module, slug=CAPSTONE, gates=()))


def gates_alone(course: Course, gates: tuple[Gate, ...]) -> Assignment:
    """These gates without any check, for a project of whatever layout."""
    module = Module(0, GATES_ALONE, "Quality gates", 1, (), gates)
    return Assignment(
        module=module,
        public=None,
        hidden=None,
        course_lock=course.environment_lock,
        layout=None,
        advisories=course.advisories,
    )
