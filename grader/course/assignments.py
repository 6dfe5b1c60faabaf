"""From a course on disk to what a submission is graded against."""

import functools
from pathlib import Path

from grader.course.manifest import Course
from grader.domain.course import Gate, Module
from grader.domain.errors import UsageError_
from grader.pipeline import Assignment
from grader.scoring.scorecard import GATES_ALONE


def assign(course: Course, number: int, room: Path) -> Assignment:
    """The assignment of a module. The control submission is projected into ``room`` when it is first asked for.

    Raises:
        UsageError_: the course has no such module.
    """
    module = next((m for m in course.modules if m.number == number), None)
    if module is None:
        raise UsageError_(f"the course has no module {number:02d}", f"It has 01 to {len(course.modules):02d}.")
    checks = course.folder(module) / "checks"
    hidden = checks / "hidden"

    @functools.cache
    def control() -> Path:
        from grader.course.build import build_solution  # most gradings need no control

        return build_solution(course, number, room / f"control-{number:02d}")

    return Assignment(
        module=module,
        public=checks / "public",
        hidden=hidden if hidden.is_dir() else None,
        course_lock=course.environment_lock,
        advisories=course.advisories,
        control=control if course.reference.is_dir() else None,
    )


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
