"""Poetry's shell is a virtual environment: its interpreter brings the packages with any variables of its own."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from grader.environment import Environment
from grader.sandbox.api import Launch, Sandbox
from grader.sandbox.select import open_sandbox
from grader.tools.poetry import poetry

STARTS_PYTHON = """
import subprocess, sys

def test_it():
    done = subprocess.run(
        [sys.executable, *WORDS], env=ENVIRONMENT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
"""
CHECK = ["manage.py", "check"]
IMPORTS = ["-c", "import django, sys; assert sys.prefix != sys.base_prefix"]
SETTINGS = {"DJANGO_SETTINGS_MODULE": "config.settings.testing", "SECRET_KEY": "x" * 60}


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    sandbox = open_sandbox("bubblewrap", state_dir=tmp_path_factory.mktemp("state"))
    yield sandbox
    sandbox.close()


def _run(sandbox: Sandbox, project: Path, site: Path, launch: Launch) -> tuple[int, str]:
    process = sandbox.start(launch, submission=project, deps=site)
    try:
        return process.wait(60), process.output().decode(errors="replace")
    finally:
        process.kill()


@pytest.mark.parametrize(
    ("words", "environment"),
    [
        (CHECK, SETTINGS),
        (CHECK, SETTINGS | {"PATH": "/usr/bin:/bin", "HOME": "/nowhere"}),
        (["-m", "django", "--version"], {}),
        (IMPORTS, {}),
        (["-I", *IMPORTS], {}),
        (["-E", "-s", *IMPORTS], {"PYTHONPATH": "/nowhere"}),
    ],
)
def test_a_test_may_start_python_with_variables_of_its_own(
    sandbox: Sandbox, project: Path, course: Environment, shared: Path, words: list[str], environment: dict[str, str]
) -> None:
    text = STARTS_PYTHON.replace("WORDS", repr(words)).replace("ENVIRONMENT", repr(environment))
    (project / "tests" / "test_it.py").write_text(text)
    launch = poetry(("run", "pytest", "-q"), cache=shared).launch
    status, said = _run(sandbox, project, course.site, launch)
    assert (status, "1 passed" in said) == (0, True), said


def test_control_without_its_library_in_place_the_interpreter_does_not_start(
    sandbox: Sandbox, project: Path, course: Environment, shared: Path
) -> None:
    """Where Python has its code in a library beside it; one that is a single file starts anywhere."""
    text = STARTS_PYTHON.replace("WORDS", repr(IMPORTS)).replace("ENVIRONMENT", "{}")
    (project / "tests" / "test_it.py").write_text(text)
    launch = poetry(("run", "pytest", "-q"), cache=shared).launch
    kept = tuple(mount for mount in launch.mounts if "libpython" not in mount.target)
    status, said = _run(sandbox, project, course.site, replace(launch, mounts=kept))
    assert (status, "1 passed" in said) == ((0, True) if kept == launch.mounts else (1, False)), said


def test_path_files_of_packages_count(
    sandbox: Sandbox, project: Path, course: Environment, shared: Path, tmp_path: Path
) -> None:
    site = Path(shutil.copytree(course.site, tmp_path / "site", copy_function=os.link))
    (site / "more").mkdir()
    (site / "more.pth").write_text("more\n")
    (site / "more" / "found_by_path.py").touch()
    launch = poetry(("run", "python", "-c", "import found_by_path"), cache=shared).launch
    assert _run(sandbox, project, site, launch) == (0, "")
