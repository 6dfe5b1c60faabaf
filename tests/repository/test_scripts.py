"""The scripts behind the Makefile: what they need, what they say without it, and what they count as success."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_ALWAYS = ("sh", "cat", "cksum", "dirname", "grep", "rm", "sed", "uname", "mkdir", "touch")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of what the scripts work on, without an environment."""
    for name in ("scripts/setup", "scripts/grade", "scripts/preflight", "pyproject.toml", "requirements/dev.txt"):
        (tmp_path / "repository" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / "repository" / name)
    return tmp_path / "repository"


def bare(folder: Path, *programs: str) -> dict[str, str]:
    """The variables of a machine that has the usual tools, these programs, and nothing else."""
    tools = folder / "tools"
    tools.mkdir()
    for name in (*_ALWAYS, *programs):
        (tools / name).symlink_to(shutil.which(name) or "/missing")
    return {"PATH": str(tools), "HOME": str(folder), "PYENV_ROOT": str(folder)}


def program(path: Path, lines: str) -> None:
    """Write a small shell program."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{lines}\n", "utf-8")
    path.chmod(0o755)


def run(script: Path, *arguments: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run a script to its end."""
    command = [shutil.which("sh") or "/bin/sh", str(script), *arguments]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)


def test_setup_without_a_new_enough_python(copy: Path, tmp_path: Path) -> None:
    env = bare(tmp_path)
    program(tmp_path / "tools" / "python3", "exit 1")
    ran = run(copy / "scripts" / "setup", env=env)
    assert ran.returncode == 3
    assert len(ran.stderr.splitlines()) == 1
    assert "Python 3.12 or newer is needed" in ran.stderr
    assert "make setup PYTHON=" in ran.stderr


def test_setup_with_a_python_that_makes_no_environments(copy: Path, tmp_path: Path) -> None:
    program(tmp_path / "python", 'case "$*" in *venv*) exit 1;; esac')
    ran = run(copy / "scripts" / "setup", env=bare(tmp_path) | {"PYTHON": str(tmp_path / "python")})
    assert ran.returncode == 3
    assert "apt-get install python3-venv" in ran.stderr.splitlines()[-1]


def test_setup_does_nothing_when_nothing_changed(copy: Path, tmp_path: Path) -> None:
    env = bare(tmp_path)
    program(copy / ".venv" / "bin" / "python", "exit 0")
    watched = "cat requirements/dev.txt pyproject.toml scripts/setup | cksum >.venv/.setup-stamp"
    subprocess.run([shutil.which("sh") or "/bin/sh", "-c", watched], cwd=copy, env=env, check=True)
    ran = run(copy / "scripts" / "setup", env=env)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")


@pytest.mark.parametrize(
    ("code", "recorded", "counts_as"),
    [(0, True, 0), (1, True, 0), (1, False, 1), (2, False, 2), (3, True, 3), (130, False, 130)],
)
def test_a_recorded_not_met_is_a_result(copy: Path, code: int, recorded: bool, counts_as: int) -> None:
    record = "mkdir -p out/module-02 && touch out/module-02/result.json\n" if recorded else ""
    program(copy / ".venv" / "bin" / "grader", f"{record}exit {code}")
    assert run(copy / "scripts" / "grade", "02", "somewhere", "out").returncode == counts_as


def test_an_earlier_result_is_not_taken_for_this_one(copy: Path) -> None:
    program(copy / ".venv" / "bin" / "grader", "exit 1")
    earlier = copy / "out" / "module-02" / "result.json"
    earlier.parent.mkdir(parents=True)
    earlier.touch()
    assert run(copy / "scripts" / "grade", "02", "somewhere", "out").returncode == 1


@pytest.mark.parametrize(
    ("there", "lacking", "says"),
    [
        ((), "git", "apt-get install git"),
        (("git",), "bwrap", "apt-get install bubblewrap libseccomp2"),
    ],
)
def test_preflight_says_what_is_missing(
    copy: Path, tmp_path: Path, there: tuple[str, ...], lacking: str, says: str
) -> None:
    ran = run(copy / "scripts" / "preflight", env=bare(tmp_path, *there))
    assert ran.returncode == 3, lacking
    assert len(ran.stderr.splitlines()) == 1
    assert says in ran.stderr


def test_preflight_is_content_with_this_machine() -> None:
    ran = subprocess.run(
        ["scripts/preflight"], cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
