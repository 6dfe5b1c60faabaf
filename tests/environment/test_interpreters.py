"""Another Python for a project that excludes the grader's: found where there is one, and the grader starts on it."""

import json
import platform
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

from grader.domain.errors import EnvironmentError_
from grader.environment import any_project, interpreters
from grader.environment.faults import AnotherPython, Interpreter, OtherPython
from grader.environment.interpreters import at_hand, grader_on

ROOT = Path(__file__).parents[2]
OWN = Path(sys.base_prefix) / "bin" / f"python3.{sys.version_info.minor}"


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder of programs of a machine that has neither uv nor pyenv."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.setattr(interpreters, "_uv", lambda: None)
    (tmp_path / "bin").mkdir()
    return tmp_path


def install(folder: Path, name: str, version: str, kind: str = "CPython") -> Path:
    """A program that says it is that Python, at ``folder``/bin."""
    program = folder / "bin" / name
    program.parent.mkdir(parents=True, exist_ok=True)
    said = json.dumps([kind, version, str(folder)])
    program.write_text(f"#!/bin/sh\necho '{said}'\n")
    program.chmod(0o755)
    return program


def test_the_newest_that_fits_is_taken(machine: Path) -> None:
    programs = {
        version: install(machine, f"python{version[:4]}", version) for version in ("3.12.9", "3.13.1", "3.14.0")
    }
    assert at_hand(SpecifierSet(">=3.12")) == Interpreter(programs["3.14.0"], "3.14.0")
    assert at_hand(SpecifierSet(">=3.12,<3.14")) == Interpreter(programs["3.13.1"], "3.13.1")
    assert at_hand(SpecifierSet("==3.12.9")) == Interpreter(programs["3.12.9"], "3.12.9")
    assert at_hand(SpecifierSet("<3.12")) is None


def test_those_of_pyenv_are_found_where_its_shims_start_nothing(machine: Path) -> None:
    shim = machine / "bin" / "python3.12"
    shim.write_text("#!/bin/sh\necho 'pyenv: python3.12: command not found' >&2\nexit 127\n")
    shim.chmod(0o755)
    program = install(machine / "pyenv" / "versions" / "3.12.1", "python3.12", "3.12.1")
    assert at_hand(SpecifierSet("==3.12.*")) == Interpreter(program, "3.12.1")


@pytest.mark.parametrize(
    ("version", "kind"),
    [("3.12.1", "PyPy"), ("3.11.9", "CPython"), ("3.15.0", "CPython"), ("3.12", "CPython"), ("3.12.1; x", "CPython")],
)
def test_what_the_grader_does_not_run_on_is_none(machine: Path, version: str, kind: str) -> None:
    install(machine, "python3.12", version, kind)
    assert at_hand(SpecifierSet("")) is None


@pytest.mark.parametrize("said", ["", "[]", "[1, 2, 3]", "null", "{}", '["CPython", "3.12.1", "/nowhere"]'])
def test_a_program_that_says_something_else_is_none(machine: Path, said: str) -> None:
    program = install(machine, "python3.12", "3.12.1")
    program.write_text(f"#!/bin/sh\necho '{said}'\n")
    assert at_hand(SpecifierSet("")) is None


def test_a_folder_of_the_project_is_not_looked_in(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(machine, "python3.12", "3.12.1")
    monkeypatch.chdir(machine)
    monkeypatch.setenv("PATH", "bin:.:")
    assert at_hand(SpecifierSet("")) is None


def test_a_grader_without_its_locked_packages_stays_on_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interpreters, "_REQUIREMENTS", tmp_path / "none.txt")
    with pytest.raises(EnvironmentError_, match="locked packages are not here"):
        grader_on(Interpreter(OWN, platform.python_version()), tmp_path, lambda text: None)


def test_a_python_that_makes_no_environments_leaves_nothing(machine: Path) -> None:
    program = install(machine, "python3.12", "3.12.1")
    program.write_text("#!/bin/sh\necho 'no venv' >&2\nexit 1\n")
    with pytest.raises(EnvironmentError_, match="no venv"):
        grader_on(Interpreter(program, "3.12.1"), machine / "cache", lambda text: None)
    assert list((machine / "cache" / "graders").iterdir()) == []


def _asked_for(asked: str, other_python: OtherPython, folder: Path) -> tuple[str, ...]:
    """The notes on a project whose .python-version says that."""
    (folder / "project").mkdir()
    (folder / "project" / ".python-version").write_text(f"{asked}\n")
    return any_project._python_notes(folder / "project", frozenset({".python-version"}), other_python)


def test_a_project_that_excludes_this_python_is_left_for_one_at_hand(machine: Path) -> None:
    program = install(machine, "python3.12", "3.12.77")
    with pytest.raises(AnotherPython) as left:
        _asked_for("3.12.77", "look", machine)
    assert left.value.interpreter == Interpreter(program, "3.12.77")
    assert ".python-version asks for Python 3.12.77" in left.value.message


@pytest.mark.parametrize("other_python", ["look", "ignore", "taken"])
def test_control_without_one_at_hand_it_is_said_that_this_one_measured(
    machine: Path, other_python: OtherPython
) -> None:
    (note,) = _asked_for("3.12.77", other_python, machine)
    assert note.endswith("the grader's own.")


def test_one_that_was_taken_for_the_project_is_named(machine: Path) -> None:
    (note,) = _asked_for(platform.python_version(), "taken", machine)
    assert f"so the grader ran on {platform.python_version()}" in note


def test_control_a_project_that_this_python_suits_is_not_left(machine: Path) -> None:
    install(machine, "python3.12", "3.12.77")
    assert _asked_for(platform.python_version(), "look", machine) == ()


@pytest.mark.exhaustive
@pytest.mark.slow
def test_the_grader_runs_on_what_was_made_for_it(tmp_path: Path) -> None:
    said: list[str] = []
    interpreter = Interpreter(OWN, platform.python_version())
    programs = {grader_on(interpreter, tmp_path, said.append) for _ in range(2)}
    assert len(said) == 1, "the second time it is there"
    (program,) = programs
    words = [
        str(program),
        "-I",
        "-c",
        "import sys; from grader.cli.main import main; sys.argv[1:] = ['--version']; main()",
    ]
    done = subprocess.run(words, capture_output=True, text=True, check=True, cwd="/")
    assert done.stdout.startswith("grader, version ")


def test_the_graders_own_packages_are_those_that_it_is_tested_with() -> None:
    tested, own = (_pinned(ROOT / "requirements" / name) for name in ("dev.txt", "course.txt"))
    assert own
    assert own.items() <= tested.items()


def _pinned(path: Path) -> dict[str, str]:
    lines = (line.split() for line in path.read_text("ascii").splitlines() if "==" in line and not line.startswith("#"))
    return {name: version for name, _, version in (words[0].partition("==") for words in lines)}
