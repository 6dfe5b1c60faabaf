"""What the proofs of the delivery files share: solution 05 as learners would have it, and a machine to run it on."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from grader.course import load_course, project_to
from grader.domain.course import State
from grader.environment import prepare
from tests.reference.machine import Machine, machine

COURSE = Path(__file__).parents[2]
MachineWith = Callable[..., AbstractContextManager[Machine]]
PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "config.settings.production",
    "SECRET_KEY": "proof-only-0123456789-abcdefghijklmnopqrstuvwxyz-0123456789",
    "ALLOWED_HOSTS": "localhost,127.0.0.1,web",
    "DATABASE_URL": "postgres://app:proof@db:5432/app",
    "REDIS_URL": "redis://redis:6379/0",
    "SECURE_SSL_REDIRECT": "false",
}


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Solution 05 in a folder: what the delivery files look like to whoever delivers."""
    made = project_to(load_course(COURSE), State(5, True), tmp_path_factory.mktemp("solution") / "project")
    (made / "staticfiles").mkdir()
    return made


@pytest.fixture(scope="session")
def site(project: Path, state_dir: Path) -> Path:
    """The packages of its lock."""
    made = prepare(project, course_lock=project, cache=state_dir / "environments", progress=lambda _: None)
    assert made.origin == "submission", made.problems
    return made.site


@pytest.fixture(scope="module")
def machine_with(project: Path, site: Path, tmp_path_factory: pytest.TempPathFactory) -> MachineWith:
    """A machine of the module's own; further variables and files as ``machine`` takes them."""

    def make(
        env: Mapping[str, str] | None = None,
        binds: Mapping[Path, str] | None = None,
        writable: Mapping[Path, str] | None = None,
    ) -> AbstractContextManager[Machine]:
        room = tmp_path_factory.mktemp("machine")
        return machine(project, site, room, env={**PRODUCTION, **(env or {})}, binds=binds, writable=writable)

    return make
