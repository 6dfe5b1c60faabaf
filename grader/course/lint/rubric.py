"""The capstone's rubric: each level rests on evidence that the course gives."""

from collections.abc import Iterator

from grader.course.lint.problem import LintProblem
from grader.course.manifest import Course
from grader.course.rubric import FILE, load_rubric


def lint_rubric(course: Course) -> Iterator[LintProblem]:
    """Nothing for a rubric that is right; a release has none.

    Raises:
        CourseError: the file is wrong; this is told as any other finding.
    """
    if (course.root / FILE).is_file() and course.reference.is_dir():
        load_rubric(course)
    yield from ()
