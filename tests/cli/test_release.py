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
UNCHECKED = next((module.number for module in MODULES if not module.criteria), None)


@pytest.mark.parametrize("number", [number for number in (CHECKED, UNCHECKED) if number])
def test_a_release_of_a_module_without_checks_is_warned_of(tmp_path: Path, number: int) -> None:
    command = [str(GRADER), "release", str(tmp_path / "release"), "--module", f"{number:02d}", "--course", str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    warning = f"Warning: module {number:02d} has no checks yet: nothing will measure what learners build."
    assert (warning in done.stderr) is (number == UNCHECKED)
