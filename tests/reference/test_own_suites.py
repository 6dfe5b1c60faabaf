"""The application's own suite is green in what learners begin with, and in what they end with.

Starter n holds the tests of solution n-1 and of what n gives, so these four states are all the suites there are.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from grader.course import Course, load_course, project_to
from grader.domain.course import State
from tests.reference.conftest import MachineWith
from tests.reference.platform import PASSWORD, start_postgres

COURSE = Path(__file__).parents[2]
STATES = [State(3, False), State(4, False), State(5, False), State(5, True)]
_WITHIN_S = 900
_PYTEST = ("-m", "pytest", "-q", "-p", "no:cacheprovider")
# The packages become those of a virtual environment, because the suite starts programs of its own; and it lies where
# everybody may look, because it starts servers as another user when it is root's.
_VENV = "/srv/venv"
_MACHINE = ("bwrap", "--dev-bind", "/", "/", "--tmpfs", "/srv", *(("--cap-add", "ALL") if os.geteuid() == 0 else ()))


@pytest.fixture(scope="module")
def course() -> Course:
    """The course of this repository."""
    return load_course(COURSE)


@pytest.mark.slow(minutes=2)
@pytest.mark.parametrize("state", STATES, ids=str)
def test_own_suite_is_green(course: Course, site: Path, tmp_path: Path, state: State) -> None:
    project = project_to(course, state, tmp_path / "project")
    tmp_path.chmod(0o755)  # the servers that the suite starts have a user of their own
    python = str(getattr(sys, "_base_executable", None) or sys.executable)
    subprocess.run([python, "-m", "venv", "--without-pip", str(tmp_path / "venv")], check=True, timeout=60)
    (packages,) = (tmp_path / "venv").glob("lib/python3*/site-packages")
    places = ["--bind", str(tmp_path / "venv"), _VENV]
    places += ["--ro-bind", str(site), f"{_VENV}/{packages.relative_to(tmp_path / 'venv')}"]
    done = subprocess.run(
        [*_MACHINE, *places, f"{_VENV}/bin/python", *_PYTEST],
        cwd=project,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
        timeout=_WITHIN_S,
    )
    assert done.returncode == 0, f"{done.stdout[-6000:]}\n{done.stderr[-2000:]}"


@pytest.mark.slow
def test_what_only_postgresql_can_show_is_green_there(project: Path, machine_with: MachineWith) -> None:
    """Races and triggers that SQLite has no word for (the tests are skipped above), and text that it would take."""
    modules = (project / "tests").rglob("test_*.py")
    asking = {
        path.relative_to(project).as_posix() for path in modules if "connection.vendor" in path.read_text("utf-8")
    }
    assert len(asking) >= 7
    files = " ".join(sorted({*asking, "tests/api/test_odd_input.py", "tests/accounts/test_names.py"}))
    variables = (
        f"DATABASE_URL=postgres://app:{PASSWORD}@db:5432/app REDIS_URL= DJANGO_SETTINGS_MODULE=config.settings.testing"
        " TRUSTED_PROXIES=0"  # the tests speak to the application itself
    )
    with machine_with() as machine:
        start_postgres(machine)
        said = machine.sh(f"{variables} python -m pytest -q -rs -p no:cacheprovider {files}", seconds=300)
    assert [line for line in said.splitlines() if "SKIPPED" in line and "only SQLite" not in line] == []
    assert " passed, 1 skipped" in said
