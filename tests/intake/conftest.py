"""A small project, and ways to pack it."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.intake import IntakeLimits, Submission, take_in

SMALL = IntakeLimits(
    files=20, listed=60, entries=60, file_bytes=1 << 20, total_bytes=3 << 20, depth=6, unpacked_bytes=8 << 20
)
FILES = {"manage.py": b"print()\n", "src/config/settings.py": b"DEBUG = False\n", "README.md": "Größe\n".encode()}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder of three plain files, one of them executable."""
    folder = tmp_path / "project"
    for name, content in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    (folder / "manage.py").chmod(0o755)
    return folder


@pytest.fixture
def take(tmp_path: Path) -> Callable[..., Submission]:
    """``take_in`` into a new folder each time, with small limits."""
    count = iter(range(1000))

    def take(source: Path, *, limits: IntakeLimits = SMALL, **more: Any) -> Submission:
        return take_in(source, into=tmp_path / f"taken-{next(count)}", limits=limits, **more)

    return take


@pytest.fixture
def git(project: Path) -> Callable[..., str]:
    """Runs git in the project, as somebody with no configuration of their own."""
    nobody = {
        "PATH": os.environ["PATH"],
        "HOME": "/nonexistent",
        "GIT_CONFIG_GLOBAL": "/dev/null",
        **{f"GIT_{who}_{what}": "a@b.c" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
    }

    def git(*words: str, input: bytes = b"") -> str:
        done = subprocess.run(["git", *words], cwd=project, env=nobody, input=input, capture_output=True, check=True)
        return done.stdout.decode().strip()

    git("init", "-q", "-b", "main")
    git("add", "-A")
    git("commit", "-q", "-m", "All")
    return git


def content(submission: Submission) -> dict[str, bytes]:
    """Everything in the trusted copy, whatever the record of it says."""
    return {
        path.relative_to(submission.root).as_posix(): path.read_bytes()
        for path in sorted(submission.root.rglob("*"))
        if not path.is_dir()
    }
