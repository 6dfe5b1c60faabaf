"""`grader release`: a module that nothing measures is published knowingly or not at all."""

import subprocess
import sys
from pathlib import Path

import pytest

from grader.course import load_course

ROOT = Path(__file__).parents[2]
GRADER = Path(sys.executable).with_name("grader")
MODULES = load_course(ROOT).modules
CHECKED = next(module.number for module in MODULES if module.criteria)
UNCHECKED = 4


@pytest.mark.parametrize("number", [CHECKED, UNCHECKED])
def test_a_release_of_a_module_without_checks_is_warned_of(tmp_path: Path, unchecked_course: Path, number: int) -> None:
    out, course = str(tmp_path / "release"), str(unchecked_course)
    command = [str(GRADER), "release", out, "--module", f"{number:02d}", "--course", course]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    warning = f"Warning: module {number:02d} has no checks yet: nothing will measure what learners build."
    assert (warning in done.stderr) is (number == UNCHECKED)
