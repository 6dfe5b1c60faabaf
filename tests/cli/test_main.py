"""The command line as a person meets it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GRADER = Path(sys.executable).with_name("grader")


def run(*words: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(GRADER), *words], capture_output=True, text=True, timeout=60, cwd=cwd, check=False)


def test_help_names_every_command_and_exit_code() -> None:
    shown = run("--help")
    assert shown.returncode == 0
    for word in ("grade", "check", "report", "course", "release", "doctor", "Exit codes"):
        assert word in shown.stdout


def test_help_imports_none_of_the_heavy_parts() -> None:
    """Help answers at once because it loads nothing that grading needs."""
    code = (
        "import sys; from grader.cli.main import grader; heavy = ('rich', 'psycopg', 'pytest', 'jinja2', 'msgspec')\n"
        "try: grader.main(['--help'], standalone_mode=False)\n"
        "finally: print(sorted(m for m in sys.modules if m.startswith(heavy)))"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.splitlines()[-1] == "[]"


def test_a_grading_starts_without_what_other_commands_and_the_reports_need() -> None:
    """All that is imported before the checks run is waited for."""
    later = ("jinja2", "grandalf", "packaging.markers", "rich.progress", "grader.sandbox")
    later += ("grader.course.build", "grader.course.projection", "grader.tools", "grader.cli.outcome")
    code = (
        "import sys, grader.cli.grade, grader.cli.assign, grader.cli.make_ready\n"
        f"print(sorted(m for m in sys.modules if m.startswith({later})))"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("package", ["grader.course", "grader.environment"])
def test_a_package_has_all_that_it_names(package: str) -> None:
    """In a process of its own: here much is imported already."""
    code = f"import {package} as p; print([n for n in p.__all__ if getattr(p, n).__module__ == 'builtins'])\np.none"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert shown.stdout == "[]\n", shown.stderr
    assert f"AttributeError: module '{package}' has no attribute 'none'" in shown.stderr


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["grade"], 2, "Missing argument"),
        (["no-such-command"], 2, "No such command"),
        (["grade", ".", "--module", "9"], 2, "1<=x<=5"),
        (["grade", "no-such-folder", "--module", "02"], 2, "no-such-folder"),
        (["grade", "docs", "--module", "02", "--only", "no.such-criterion"], 2, "no.such-criterion"),
        (["grade", ".", "--course", "/tmp"], 2, "no course.toml"),
        (["report", "README.md"], 2, "README.md"),
    ],
)
def test_a_misuse_ends_in_a_sentence(words: list[str], code: int, said: str) -> None:
    shown = run(*words)
    assert shown.returncode == code, shown.stderr
    assert said in shown.stderr
    assert "Traceback" not in shown.stderr


@pytest.mark.parametrize(("words", "code"), [(("doctor",), {0, 3}), (("list",), {0}), (("grade", "größe-✓"), {2})])
@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_a_console_that_cannot_print_a_sign_gets_its_likeness(
    words: tuple[str, ...], code: set[int], encoding: str
) -> None:
    """Letters of a submission's own that it does not know are told by their number."""
    env = os.environ | {"PYTHONIOENCODING": encoding}
    words = (*words, "--module", "02") if words[0] == "grade" else words
    done = subprocess.run([str(GRADER), *words], capture_output=True, timeout=60, cwd=ROOT, env=env, check=False)
    shown = done.stdout + done.stderr
    assert done.returncode in code
    assert b"\\u2" not in shown
    assert b"Traceback" not in shown
    expected = {"doctor": b"+ has", "list": b"performance.ratio        <= 1.25", "grade": b"e-+"}[words[0]]
    assert expected in shown


def test_a_module_without_checks_gives_no_grade(unchecked_course: Path) -> None:
    shown = run("grade", ".", "--module", "04", "--course", str(unchecked_course))
    assert shown.returncode == 2, shown.stderr
    assert "module 04 has no checks in this course" in shown.stderr
