"""Looks at the Python of every state without running it: an import that slid behind a marker shows at once."""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from grader.course.build import built_modules
from grader.course.grammar import CAPSTONE_CHECKPOINT
from grader.course.lint.problem import LintProblem
from grader.course.manifest import Course
from grader.course.projection import project_to
from grader.domain.course import State
from grader.domain.errors import EnvironmentError_

# Settings are layers that import each other by a star, as Django's own documentation has them: F403 and F405 are that.
_RULES = ("--isolated", "--no-cache", "--select", "F", "--ignore", "F403,F405", "--output-format", "concise")
_LINE = re.compile(r"(?P<state>\d\d-\w+)/(?P<where>\S+?:\d+):\d+: (?P<problem>.+)")

_REMEDY = "Mend the markers in capstone/reference: what a state uses has to show in that state."
_SUMMARY = ("Found ", "[*] ", "No fixes ", "All checks passed")


def lint_states(course: Course) -> tuple[LintProblem, ...]:
    """Undefined names, unused imports and the like in every starter and solution: of built modules and the capstone.

    Takes seconds: each state is projected and read, and nothing of it is run or installed.

    Raises:
        CourseError: a state cannot be projected.
        EnvironmentError_: ruff is not there, or failed in another way than by finding something.
    """
    states = {
        f"{number:02d}-{'solution' if solved else 'starter'}": State(number, solved)
        for number in (*(module.number for module in built_modules(course)), CAPSTONE_CHECKPOINT)
        for solved in (False, True)
    }
    with tempfile.TemporaryDirectory(prefix="track-lint-") as name:
        for folder, state in states.items():
            project_to(course, state, Path(name) / folder)
        lines = _ruff(Path(name))
    found = [match for line in lines if (match := _LINE.fullmatch(line))]
    return tuple(LintProblem(f"{states[m['state']]}: {m['where']}", f"{m['problem']}.", _REMEDY) for m in found)


def _ruff(folder: Path) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "check", *_RULES, "."], cwd=folder, capture_output=True, text=True, check=False
    )
    lines = [line for line in done.stdout.splitlines() if not line.startswith(_SUMMARY)]
    understood = all(_LINE.fullmatch(line) for line in lines) and bool(lines) == bool(done.returncode)
    if done.returncode not in (0, 1) or not understood:  # 1: it found something
        raise EnvironmentError_(
            f"ruff could not look at the states: {(done.stderr or done.stdout).strip()[:400]}",
            "Install the course's tools: make setup",
        )
    return lines
