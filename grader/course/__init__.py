"""The course itself: manifests, the one source and its states, mutants, releases, and the proof that all is right."""

from grader.course.assignments import assign
from grader.course.build import Drift, build_solution, build_starter, build_starters, check_starters
from grader.course.leaks import leaks
from grader.course.manifest import Course, load_course
from grader.course.projection import project_to, project_tree
from grader.course.release import release

__all__ = [
    "Course",
    "Drift",
    "assign",
    "build_solution",
    "build_starter",
    "build_starters",
    "check_starters",
    "leaks",
    "load_course",
    "project_to",
    "project_tree",
    "release",
]
