"""What can be seen of a course in seconds, without running or installing anything of it."""

from collections.abc import Callable, Iterable, Iterator

from grader.course.lint.briefs import lint_brief, lint_capstone_pages
from grader.course.lint.checks import lint_checks
from grader.course.lint.mutants import lint_mutants
from grader.course.lint.peer_review import lint_items
from grader.course.lint.problem import LintProblem
from grader.course.lint.rubric import lint_rubric
from grader.course.lint.states import lint_states
from grader.course.manifest import Course
from grader.domain.errors import CourseError

__all__ = ["LintProblem", "lint"]


def lint(course: Course) -> tuple[LintProblem, ...]:
    """Everything that is wrong with checks, briefs and mutants, in the order of the modules, items and markers.

    Raises:
        EnvironmentError_: ruff is not there, or failed in another way than by finding something.
    """
    parts: list[Callable[[], Iterable[LintProblem]]] = []
    for module in course.modules:
        if module.criteria or module.gates:
            parts.append(lambda module=module: lint_checks(course, module))  # type: ignore[misc]
            parts.append(lambda module=module: lint_brief(course, module))  # type: ignore[misc]
            parts.append(lambda module=module: lint_mutants(course, module))  # type: ignore[misc]
    if (capstone := course.capstone) is not None:
        parts.append(lambda: lint_checks(course, capstone))
        parts.append(lambda: lint_capstone_pages(course, capstone))
        parts.append(lambda: lint_mutants(course, capstone))
    parts.append(lambda: lint_items(course))
    parts.append(lambda: lint_rubric(course))
    parts.append(lambda: lint_states(course))
    # A solution that cannot be projected is told once, though mutants are made from it as well.
    return tuple(dict.fromkeys(problem for part in parts for problem in _all_of(part, course)))


def _all_of(part: Callable[[], Iterable[LintProblem]], course: Course) -> Iterator[LintProblem]:
    """The problems; what is so wrong that it cannot be looked at is one more, and hides no other part."""
    try:
        yield from part()
    except CourseError as wrong:
        where, _, problem = wrong.message.replace(f"{course.root}/", "").partition(": ")
        yield (
            LintProblem(where, f"{problem}.", wrong.hint) if problem else LintProblem("course", f"{where}.", wrong.hint)
        )
