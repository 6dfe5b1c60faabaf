"""The course itself: manifests, the one source and its states, mutants, releases, and the proof that all is right."""

from importlib import import_module
from typing import TYPE_CHECKING

from grader.course.assignments import assign, assign_capstone, gates_alone
from grader.course.manifest import Course, load_course

if TYPE_CHECKING:
    from grader.course.build import Drift, build_solution, build_starter, build_starters, check_starters
    from grader.course.projection import project_to, project_tree
else:

    def __getattr__(name: str) -> object:
        """What makes states, imported when it is first asked for: a grading reads the manifests and makes none."""
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f"{__name__}.{'projection' if name.startswith('project') else 'build'}"), name)


__all__ = [
    "Course",
    "Drift",
    "assign",
    "assign_capstone",
    "build_solution",
    "build_starter",
    "build_starters",
    "check_starters",
    "gates_alone",
    "load_course",
    "project_to",
    "project_tree",
]
