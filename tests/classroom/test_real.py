"""A small class, really graded, by the command itself: the same work in whatever form is measured once."""

import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.course import load_course, project_to
from grader.domain.course import State

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
GRADER = Path(sys.executable).with_name("grader")


@pytest.fixture
def room() -> Iterator[Path]:
    """A folder that the users of sandboxes can pass through."""
    with tempfile.TemporaryDirectory(prefix="c-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def test_folders_and_archives_and_what_is_neither(room: Path, state_dir: Path) -> None:
    submissions = room / "submissions"
    project_to(load_course(ROOT), State(2, True), submissions / "ada")
    shutil.make_archive(str(submissions / "bo"), "zip", submissions / "ada")
    shutil.make_archive(str(submissions / "cy/work"), "gztar", submissions, "ada")
    (submissions / "dan").symlink_to(ROOT)
    (submissions / "eve.zip").write_bytes(b"PK\x03\x04" + b"\0" * 400)
    os.mkfifo(submissions / "fay")
    words = [
        str(GRADER),
        "class",
        str(submissions),
        "--module",
        "02",
        "--out",
        str(room / "out"),
        "--course",
        str(ROOT),
    ]
    words += ["--only", "domain.user-role", "--executor", "serial", "--author", "Grace"]
    env = os.environ | {"GRADER_CACHE": str(state_dir), "TMPDIR": str(room)}
    ended = subprocess.run(words, env=env, capture_output=True, text=True, timeout=400)
    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert "3 graded now; 3 could not be taken in." in ended.stdout
    rows = list(csv.DictReader((room / "out/gradebook.csv").read_text("utf-8-sig").splitlines()))
    assert [(r["student_id"], r["status"], r["score"]) for r in rows] == [
        ("ada", "graded", "2"),
        ("bo", "graded", "2"),
        ("cy", "graded", "2"),
        ("dan", "not taken in", ""),
        ("eve", "not taken in", ""),
        ("fay", "not taken in", ""),
    ]
    results = [json.loads((room / f"out/feedback/{name}/result.json").read_text()) for name in ("ada", "bo", "cy")]
    assert len({r["provenance"]["tree_hash"] for r in results}) == 1
    assert [r["provenance"]["reused"] for r in results[1:]] == [True, True]
    assert sorted(p.name for p in room.iterdir()) == ["out", "submissions"]
