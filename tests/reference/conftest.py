"""What the proofs of the delivery files share: solution 05 as learners would have it, and a machine to run it on."""

import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
import yaml

from grader.course import load_course, project_to
from grader.domain.course import State
from grader.environment import prepare
from tests.reference.faults import asked_for
from tests.reference.machine import Machine, machine

COURSE = Path(__file__).parents[2]
MachineWith = Callable[..., AbstractContextManager[Machine]]


def compose_environment(project: Path) -> dict[str, str]:
    """What the Compose file gives what migrates on a machine where nobody set anything: it must be enough.

    That is what it gives the application, with the role that owns the tables; ``platform`` runs web and worker as the
    other one.
    """
    given = yaml.safe_load((project / "docker-compose.yml").read_text())["services"]["migrate"]["environment"]
    return {name: re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", value) for name, value in given.items()}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The tests of one machine run in one process: it is started once."""
    for item in items:
        if "machine_with" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group(f"machine of {item.path.stem}"))


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Solution 05 in a folder: what the delivery files look like to whoever delivers."""
    made = project_to(load_course(COURSE), State(5, True), tmp_path_factory.mktemp("solution") / "project")
    (made / "staticfiles").mkdir()
    with asked_for(made):
        yield made


@pytest.fixture(scope="session")
def site(project: Path, state_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packages of its lock, in a folder of our own: in the cache they are made anew when a file was overwritten."""
    made = prepare(project, course_lock=project, cache=state_dir / "environments", progress=lambda _: None)
    assert made.origin == "submission", made.problems
    return shutil.copytree(made.site, tmp_path_factory.mktemp("packages") / "site", copy_function=_linked)


def _linked(source: str, target: str) -> str:
    """A further name for a file, or a copy where the cache lies on another file system.

    Certificates are copied: on some machines every Python adds their own to the bundle that it finds when it starts,
    and would write into the cache.
    """
    if source.endswith(".pem"):
        return shutil.copy2(source, target)
    try:
        os.link(source, target)
    except OSError:
        return shutil.copy2(source, target)
    return target


@pytest.fixture(scope="module")
def machine_with(project: Path, site: Path, tmp_path_factory: pytest.TempPathFactory) -> MachineWith:
    """A machine of the module's own; further variables and files as ``machine`` takes them."""

    def make(
        env: Mapping[str, str] | None = None,
        binds: Mapping[Path, str] | None = None,
        writable: Mapping[Path, str] | None = None,
    ) -> AbstractContextManager[Machine]:
        room = tmp_path_factory.mktemp("machine")
        return machine(
            project, site, room, env={**compose_environment(project), **(env or {})}, binds=binds, writable=writable
        )

    return make
