"""What holds for every file of the repository."""

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LONGEST = 300
# What only root can test, or only another user, or only a machine with control groups.
MAY_SKIP = {"tests/sandbox/test_bubblewrap.py", "tests/sandbox/test_limits.py", "tests/sandbox/test_services.py"}


def tracked() -> list[Path]:
    """The files that git tracks, as they lie here; those just removed are left out."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [path for name in listed.decode().split("\0") if name and (path := ROOT / name).is_file()]


FILES = tracked()
OWN = [path for path in FILES if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in ("grader", "scripts")]
TESTS = [path for path in FILES if path.suffix == ".py" and path.relative_to(ROOT).parts[0] == "tests"]


def named(paths: list[Path]) -> list[str]:
    """Paths as people write them."""
    return [path.relative_to(ROOT).as_posix() for path in paths]


def test_modules_stay_short() -> None:
    lines = {name: (ROOT / name).read_text("utf-8").count("\n") for name in named(OWN)}
    assert {name: count for name, count in lines.items() if count > LONGEST} == {}


def test_modules_say_what_they_do_in_their_first_line() -> None:
    def first_line(path: Path) -> str:
        return (ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "").partition("\n")[0]

    assert named([p for p in OWN if p.read_text("utf-8").strip() and not first_line(p).endswith((".", "…"))]) == []


def test_no_test_is_skipped() -> None:
    """By its code, not by its text: a test may well write a check that skips."""

    def skips(path: Path) -> bool:
        found = (n.attr for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, ast.Attribute))
        return not {"skip", "skipif", "skipIf", "skipUnless", "xfail", "importorskip"}.isdisjoint(found)

    assert set(named([path for path in TESTS if skips(path)])) - MAY_SKIP == set()


def test_lines_end_as_unix_does() -> None:
    text = [p for p in FILES if p.suffix in (".py", ".md", ".toml", ".yml", ".sh") and "data" not in p.parts]
    assert named([path for path in text if b"\r\n" in path.read_bytes()]) == []


@pytest.mark.parametrize("name", ["setup", "grade", "preflight"])
def test_scripts_are_plain_shell_and_can_be_run(name: str) -> None:
    script = ROOT / "scripts" / name
    assert script.stat().st_mode & 0o111
    subprocess.run(["sh", "-n", str(script)], check=True)


def test_what_grading_needs_has_no_tool_for_work_on_the_course() -> None:
    """Whoever installs the grader gets what it imports; uv, of 20 MB and more, only builds the wheel of a release."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    needed = {re.split(r"[^A-Za-z0-9_-]", line)[0] for line in project["dependencies"]}
    assert "uv" not in needed
    assert any(line.startswith("uv>") for line in project["optional-dependencies"]["dev"])
