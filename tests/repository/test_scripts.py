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
    """Write a small shell program; what was there is replaced, never written through a link."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
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


def machine(folder: Path, *programs: str, root: bool = True, **shims: str) -> dict[str, str]:
    """A bare machine with these programs, and with shims that are given as shell; ``root`` is who asks."""
    env = bare(folder, "getconf", "unshare", "true", "env", *programs)
    for name, lines in {"id": f"echo {0 if root else 1000}", **shims}.items():
        program(folder / "tools" / name.replace("_", "-"), lines)
    return env


def preflight(copy: Path, what: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run it with an argument."""
    return run(copy / "scripts" / "preflight", what, env=env)


OLD_LIBRARY = "echo glibc 2.17"
NOTED = 'echo "$@" >>"$HOME/apt"'


@pytest.mark.parametrize(
    ("there", "shims", "says"),
    [
        ((), {}, "lacks git util-linux, without which nothing is graded: as root, apt-get install git util-linux"),
        (("git", "setpriv"), {"getconf": OLD_LIBRARY}, "apt-get install bubblewrap"),
        (("git", "setpriv"), {"unshare": "exit 1"}, "user namespaces are refused here"),
        (("git", "setpriv"), {"bwrap": "exit 1"}, "user namespaces are refused here"),
        (("git", "setpriv"), {"uname": "echo Darwin"}, "need Linux"),
    ],
)
def test_what_grading_lacks_is_said_in_one_sentence(
    copy: Path, tmp_path: Path, there: tuple[str, ...], shims: dict[str, str], says: str
) -> None:
    ran = preflight(copy, "grade", machine(tmp_path, *there, **shims))
    assert (ran.returncode, len(ran.stderr.splitlines())) == (3, 1)
    assert says in ran.stderr


def test_git_and_the_wheel_are_enough_to_grade(copy: Path, tmp_path: Path) -> None:
    ran = preflight(copy, "grade", machine(tmp_path, "git", "setpriv", unshare="exit 0"))
    assert (ran.returncode, ran.stderr) == (0, "")


def test_root_is_given_what_the_tests_lack(copy: Path, tmp_path: Path) -> None:
    env = machine(tmp_path, "git", "setpriv", "curl", unshare="exit 0", apt_get=NOTED)
    ran = preflight(copy, "test", env)
    assert ran.returncode == 0, ran.stderr
    update, install = (tmp_path / "apt").read_text().splitlines()
    assert "update" in update
    for package in ("prometheus", "shellcheck", "openssl", "chromium"):
        assert package in install.split()
    assert "curl" not in install.split()


@pytest.mark.parametrize(("install", "code"), [("", 3), ("yes", 0)])
def test_others_are_given_it_only_if_they_say_so(copy: Path, tmp_path: Path, install: str, code: int) -> None:
    sudo = 'echo sudo >>"$HOME/apt"; exec "$@"'
    env = machine(tmp_path, "git", root=False, unshare="exit 0", apt_get=NOTED, sudo=sudo) | {"INSTALL": install}
    ran = preflight(copy, "test", env)
    assert ran.returncode == code
    assert (tmp_path / "apt").exists() == bool(install)
    if not install:
        assert len(ran.stderr.splitlines()) == 1
        assert "make test INSTALL=yes" in ran.stderr


def test_what_is_missing_is_said_before_anything_is_installed() -> None:
    """The order of make's own work; what the tests lack is looked for before the first package, too."""
    for target, what in (("grade", "grade"), ("test", "test")):
        words = ["make", "--dry-run", target]
        # The tests are started by make themselves, which tells what it starts that it is a make below another one.
        env = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
        ran = subprocess.run(words, cwd=ROOT, env=env, capture_output=True, text=True, check=True)
        lines = ran.stdout.splitlines()
        assert lines[0].endswith(f"scripts/preflight {what}")
        assert lines[1].endswith("scripts/setup")


@pytest.mark.parametrize("what", ["grade", "test"])
def test_preflight_is_content_with_this_machine(what: str) -> None:
    ran = subprocess.run(
        ["scripts/preflight", what], cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr


def test_help_lists_every_target_below_whom_it_is_for() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True).stdout
    sections = {part.splitlines()[0]: part for part in shown.strip().split("\n\n")}
    assert all(f"make {name} " in sections["For instructors"] for name in ("grade", "class", "release"))
    targets = makefile.partition(".PHONY: ")[2].splitlines()[0].split()
    assert [name for name in targets if f"  make {name} " not in shown] == []
