"""The argument written in an editor: a real one is opened on a real terminal."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.appeal.samples import ONE, committed, members, result_of, stored

ROOT = Path(__file__).parents[2]
WRITES = """#!/bin/sh
cp "$1" "$SEEN"
{command}
"""


@pytest.fixture
def work(tmp_path: Path) -> Path:
    folder = committed(tmp_path / "ada" / "blog")
    stored(result_of(folder), tmp_path / "out" / "result.json")
    return folder


def edit(work: Path, command: str, *more: str, editor: str = "") -> tuple[int, str]:
    """The exit code and what is said, where the editor does this with the file ``$1``."""
    room = work.parents[1]
    program = room / "editor"
    program.write_text(WRITES.format(command=command))
    program.chmod(0o755)
    env = os.environ | {
        "EDITOR": editor or str(program),
        "SEEN": str(room / "seen.md"),
        "NO_COLOR": "1",
        "COLUMNS": "300",
    }
    env.pop("VISUAL", None)
    keyboard, terminal = pty.openpty()
    try:
        done = subprocess.run(
            [Path(sys.executable).with_name("grader"), "appeal", ONE, "--result", room / "out" / "result.json", *more],
            cwd=work,
            env=env,
            stdin=terminal,
            capture_output=True,
            text=True,
            timeout=60,
        )
    finally:
        os.close(keyboard)
        os.close(terminal)
    return done.returncode, done.stdout + done.stderr


def argued(work: Path) -> str:
    (file,) = work.parent.glob("*.zip")
    return str(json.loads(members(file.read_bytes())["appeal.json"])["argument"])


def test_what_is_written_there_is_the_argument(work: Path) -> None:
    code, said = edit(work, """printf 'It locks the row.\\n# not this\\nSee models.py.\\n' >> "$1" """)
    assert (code, argued(work)) == (0, "It locks the row.\nSee models.py."), said
    assert f"# Why is the verdict on {ONE} wrong?" in (work.parents[1] / "seen.md").read_text()


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("true", "there is no argument"),
        (""": > "$1" """, "there is no argument"),
        ("""rm "$1" """, "the editor gave no text: No such file"),
        ("exit 1", "the editor gave no text"),
        ("""printf '\\377\\376' > "$1" """, "the editor gave no text"),
        ("""printf 'wrong \\0 \\033[2J' > "$1" """, None),
        ("""yes | head -c 40000 > "$1" """, "at most 16,000 are read"),
    ],
)
def test_an_editor_that_gives_none(work: Path, command: str, told: str | None) -> None:
    code, said = edit(work, command)
    assert "Traceback" not in said
    assert "grader itself failed" not in said
    if told is None:
        assert (code, argued(work)) == (0, "wrong \\x00 \\x1b[2J"), said
        return
    assert code == 2, said
    assert told in said
    assert "What to do: " in said
    assert not list(work.parent.glob("*.zip"))


def test_an_editor_that_is_not_there(work: Path) -> None:
    code, said = edit(work, "true", editor="no-such-editor-anywhere")
    assert code == 2, said
    assert "the editor gave no text: no-such-editor-anywhere" in said
    assert "Set EDITOR to one that is installed" in said


def test_no_editor_is_opened_for_nothing(work: Path) -> None:
    """What makes the file impossible is said before anybody writes."""
    (work.parent / "there.zip").write_text("")
    for where, told in (
        ("../there.zip", "is there already"),
        ("../none/a.zip", "there is no folder"),
        ("a.zip", "lies in the repository"),
    ):
        code, said = edit(work, "true", "--out", where)
        assert code == 2
        assert told in said
    (work / "manage.py").write_text("later\n")
    subprocess.run(["git", "-c", "user.name=A", "-c", "user.email=a@b.c", "commit", "-qam", "x"], cwd=work, check=True)
    assert "the result is of other files" in edit(work, "true")[1]
    assert not (work.parents[1] / "seen.md").exists()
