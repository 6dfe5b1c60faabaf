"""Pages that the application's own commands make: in every state they are what that state's command would make."""

import os
import subprocess
from pathlib import Path

import pytest

from grader.course import load_course, project_to
from grader.domain.course import State
from tests.reference.conftest import COURSE
from tests.reference.machine import base_python

pytestmark = pytest.mark.slow
STATES = [State(3, True), State(4, False), State(4, True), State(5, False), State(5, True)]


@pytest.mark.parametrize("state", STATES, ids=str)
def test_the_data_model_is_the_one_of_its_state(state: State, site: Path, tmp_path: Path) -> None:
    """If not: ``grader course build --solution N``, run the command there, and keep what it prints."""
    project = project_to(load_course(COURSE), state, tmp_path / "project")
    done = subprocess.run(
        [base_python(), "manage.py", "er_diagram"],
        cwd=project,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(site), "DJANGO_SETTINGS_MODULE": "config.settings.testing"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert (project / "docs/data-model.md").read_text("utf-8") == done.stdout
