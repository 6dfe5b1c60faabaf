"""The program that runs scripts inside a machine, spoken to as the grader does."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.stage import script_runner

Ask = Callable[..., dict[str, Any]]


@pytest.fixture
def ask(tmp_path: Path) -> Iterator[Ask]:
    ours, theirs = socket.socketpair()
    program = [sys.executable, "-I", script_runner.__file__, str(theirs.fileno())]
    with ours, theirs, subprocess.Popen(program, pass_fds=[theirs.fileno()], cwd=tmp_path) as process:
        theirs.close()
        with ours.makefile("rw") as lines:

            def run(script: str, **env: str) -> dict[str, Any]:
                given = {"PATH": os.defpath, **env}
                lines.write(json.dumps({"script": script, "env": given, "fds": []}) + "\n")
                lines.flush()
                answer: dict[str, Any] = json.loads(lines.readline())
                return answer

            yield run
        ours.close()
        assert process.wait(10) == 0


@pytest.mark.parametrize(
    ("script", "code"),
    [
        ("true", 0),
        ("", 0),
        ("false; true", 1),
        ("exit 7", 7),
        ("test x = y && echo never", 1),  # `sh -e` goes on, and its last word is 1
        ("! true\ntrue", 0),  # as `sh -e` has it
        ("if", 2),
        ("cat <<'SQL'\nSELECT 1\nSQL", 0),
        ("(exit 5) || exit 6", 6),
    ],
)
def test_exit_codes_are_those_of_sh_e(ask: Ask, script: str, code: int) -> None:
    assert ask(script)["code"] == code


@pytest.mark.parametrize(
    "script",
    [
        "export NEW='a b\n=c'",
        "export NEW='a b\n=c'; exit 0",
        "trap 'echo over' EXIT; export NEW='a b\n=c'",
        "export NEW='a b\n=c'; false",
    ],
)
def test_what_is_exported_is_told_however_it_ends(ask: Ask, script: str) -> None:
    assert ask(script, OLD="1")["exported"].items() >= {("NEW", "a b\n=c"), ("OLD", "1")}


def test_a_variable_that_is_not_exported_is_not_told(ask: Ask) -> None:
    assert "KEY" not in ask("KEY=secret")["exported"]


def test_the_end_of_what_is_written_is_told_and_files_stay(ask: Ask, tmp_path: Path) -> None:
    said = ask("head -c 10000 /dev/zero | tr '\\0' x; echo end >&2; touch left")
    assert said["out"] == "x" * (script_runner.OUTPUT_BYTES - 4) + "end\n"
    assert ask("ls; printf '\\377'")["out"] == "left\n\ufffd"


def test_what_it_leaves_running_keeps_nobody_waiting(ask: Ask) -> None:
    assert ask("sleep 600 & echo $! >pid")["code"] == 0
    assert ask("kill $(cat pid)")["code"] == 0
