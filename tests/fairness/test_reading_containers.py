"""How the checks of module 01 read container files: every spelling that Docker takes."""

import importlib.util
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

HERE = Path(__file__).resolve().parents[2] / "modules" / "01-environment" / "checks" / "conftest.py"


@pytest.fixture(scope="module")
def reading() -> ModuleType:
    spec = importlib.util.spec_from_file_location("checks_of_module_01", HERE)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("text", "instructions"),
    [
        ("FROM a\n# note\n\nuser b", [("FROM", "a"), ("USER", "b")]),
        ("RUN a \\\n  # note\n  && b \\\n  && c\nUSER d", [("RUN", "a && b && c"), ("USER", "d")]),
        ("RUN <<EOF\nUSER root\nEOF\nUSER b", [("RUN", "<<EOF USER root"), ("USER", "b")]),
        ("RUN a \\", [("RUN", "a")]),
        ("RUN <<EOF\nnever ends", [("RUN", "<<EOF never ends")]),
        ("\\\n" * 3, [("", "")]),
    ],
)
def test_instructions(reading: ModuleType, text: str, instructions: list[tuple[str, str]]) -> None:
    assert reading.read_dockerfile(text) == instructions


@pytest.mark.parametrize(
    ("text", "full"),
    [("python:${V}-slim", "python:3.13-slim"), ("python:$V", "python:3.13"), ("${X:-3}", "3"), ("${X}", "${X}")],
)
def test_variables_are_filled_in(reading: ModuleType, text: str, full: str) -> None:
    assert reading.filled(text, {"V": "3.13"}) == full


def test_assignments(reading: ModuleType) -> None:
    assert reading.assignments("ENV", 'A=1 B="x y" C=$A', {"A": "0"}) == {"A": "1", "B": "x y", "C": "0"}
    assert reading.assignments("ARG", "A", {}) == {}
    assert reading.assignments("ENV", "A b c", {}) == {"A": "b c"}


@pytest.mark.parametrize(
    ("lines", "path", "out"),
    [
        (".env", ".env", True),
        ("/.env", ".env", True),
        ("./.env", ".env", True),
        (".env*", ".env", True),
        ("**/.env", ".env", True),
        (".git", ".git/config", True),
        (".git/", ".git/config", True),
        ("*\n!src", "src/config/wsgi.py", False),
        ("*\n!src", ".env", True),
        (".env\n!.env", ".env", False),
        ("# .env", ".env", False),
        ("src/**/*.py", "src/config/wsgi.py", True),
        ("env", ".env", False),
        ("*" * 5000 + "x", ".git/config", False),
        ("*?" * 500 + "x", "src/config/wsgi.py", False),
        ("**/" * 500 + "x", "src/config/wsgi.py", False),
        ("[z-a]", ".env", False),
    ],
)
def test_what_is_kept_out(reading: ModuleType, lines: str, path: str, out: bool) -> None:
    files = SimpleNamespace(text=lambda _: lines)
    assert reading.kept_out.__wrapped__(files)(path) is out
