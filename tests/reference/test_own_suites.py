"""The application's own suite is green in what learners begin with, and in what they end with.

Starter n holds the tests of solution n-1 and of what n gives, so these four states are all the suites there are.
"""

from pathlib import Path

import pytest

from grader.course import Course, load_course, project_to
from grader.domain.course import State
from tests.reference.conftest import MachineWith
from tests.reference.platform import PASSWORD, start_postgres
from tests.reference.suite import Suite

COURSE = Path(__file__).parents[2]
STATES = [State(3, False), State(4, False), State(5, False), State(5, True)]


@pytest.fixture(scope="module")
def course() -> Course:
    """The course of this repository."""
    return load_course(COURSE)


@pytest.mark.slow(minutes=2)
@pytest.mark.parametrize("state", STATES, ids=str)
def test_own_suite_is_green(course: Course, site: Path, tmp_path: Path, state: State) -> None:
    project = project_to(course, state, tmp_path / "project")
    done = Suite.of(project, site, tmp_path).run()
    assert done.returncode == 0, done.stdout[-8000:]


@pytest.mark.slow
def test_types_are_right_by_its_own_configuration(course: Course, site: Path, tmp_path: Path) -> None:
    """With its plugin for Django, which the course's own measurement goes without; the README asks for it."""
    project = project_to(course, State(5, True), tmp_path / "project")
    done = Suite.of(project, site, tmp_path).module("mypy")
    assert done.returncode == 0, done.stdout[-4000:]


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
