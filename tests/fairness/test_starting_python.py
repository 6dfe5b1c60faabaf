"""A correct solution of module 01 whose own tests start Python with variables of their own keeps its points."""

from pathlib import Path

import pytest

from grader.course import assign, load_course, project_to
from grader.domain.course import State
from grader.pipeline import Options, grade

ROOT = Path(__file__).parents[2]
TEST = '''"""Each command sees its own variables only, as it will in production."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_check_with_variables_of_its_own():
    env = {"DJANGO_SETTINGS_MODULE": "config.settings.testing"}
    done = subprocess.run(
        [sys.executable, "manage.py", "check"], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == OUTCOME, done.stderr
'''


@pytest.mark.parametrize(("outcome", "points"), [(0, 8), (1, 5)], ids=["right", "a control that is wrong"])
def test_a_command_with_variables_of_its_own(tmp_path: Path, state_dir: Path, outcome: int, points: int) -> None:
    course = load_course(ROOT)
    solution = project_to(course, State(1, True), tmp_path / "solution")
    (solution / "tests" / "test_commands.py").write_text(TEST.replace("OUTCOME", str(outcome)))
    options = Options(state_dir=state_dir, database="sqlite", seed=1, criteria=("env.lock", "env.tests"))
    result = grade(solution, assign(course, 1, tmp_path), options, progress=lambda step: None)
    assert (result.graded, result.score) == (True, points)
