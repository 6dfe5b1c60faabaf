"""Mutants and accepted submissions: each fits the solution that it is made from."""

from collections.abc import Iterator

from grader.course.accepted import load_accepted
from grader.course.lint.problem import LintProblem
from grader.course.manifest import Course
from grader.course.mutants import load_mutants, mutate
from grader.course.projection import project_tree
from grader.domain.course import Module, State
from grader.domain.errors import CourseError


def lint_mutants(course: Course, module: Module) -> Iterator[LintProblem]:
    """The mutants of a module whose edits do not match exactly once.

    Raises:
        CourseError: the file of a mutant or an accepted submission is malformed, or the solution cannot be projected.
    """
    load_accepted(course, module)
    mutants = load_mutants(course, module)
    if not mutants:
        return
    solution = project_tree(course, State(module.number, True))
    for mutant in mutants:
        try:
            mutate(solution, mutant)
        except CourseError as wrong:
            file, _, problem = wrong.message.partition(": ")
            yield LintProblem(
                f"{course.folder(module).relative_to(course.root).as_posix()}/{file}", f"{problem}.", wrong.hint
            )
