"""What calls this program, as the person who reads a message can type it."""

import sys
from pathlib import Path

import pytest

from grader.cli.options import program


@pytest.mark.parametrize(
    ("typed", "path", "said"),
    [
        (".venv/bin/grader", "/usr/bin", ".venv/bin/grader"),
        (".venv/bin/grader", "/usr/bin:.venv/bin", "grader"),  # the environment is active
        ("my course/bin/grader", "/usr/bin", "'my course/bin/grader'"),
        ("gone/grader", "/usr/bin", "grader"),
        ("/usr/lib/python3/pytest/__main__.py", "/usr/bin", "grader"),
    ],
)
def test_it_is_called_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: str, path: str, said: str
) -> None:
    for folder in (".venv/bin", "my course/bin"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "grader").write_text("#!/bin/sh\n")
        (tmp_path / folder / "grader").chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", path)
    monkeypatch.setattr(sys, "argv", [typed])
    assert program() == said
