"""The contract gate says which phase it is at, as whom, and how far that is."""

import socket
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, cast

from grader.domain.progress import Progress
from grader.gates import subjects
from grader.gates.contract.contract_run import PHASES, _control
from tests.gates.conftest import spec_of


class TwoRoles:
    """What is served, as far as the tool's side can ask for anything of it."""

    roles = ("anonymous", "a/b ⟂")

    def __init__(self) -> None:
        self.begun: list[str] = []

    def begins(self, phase: str) -> bool:
        self.begun.append(phase)
        return True


def asked(port: int, path: str) -> int:
    try:
        with urllib.request.urlopen(
            urllib.request.Request(f"http://127.0.0.1:{port}{path}", method="POST"), timeout=5
        ) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code


def test_each_run_of_the_tool_is_told_with_its_place_among_all() -> None:
    """Whatever a role is called. Nothing else is told or begun: the control."""
    served, said = TwoRoles(), list[tuple[str, int, int]]()
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    with _control(listener, cast("Any", served), lambda *words: said.append(words)):
        codes = [asked(port, f"/{path}") for path in ("examples", "examples/0", "examples/1", "fuzzing", "fuzzing/1")]
        wrong = [asked(port, f"/{path}") for path in ("examples/2", "another", "", "fuzzing/1/x")]
    assert (codes, wrong) == ([200] * 5, [503] * 4)
    assert served.begun == ["examples", "fuzzing"]
    total = 2 * len(PHASES)
    assert said == [
        ("examples as anonymous", 0, total),
        ("examples as a/b ⟂", 1, total),
        ("fuzzing as a/b ⟂", 5, total),
    ]


def test_what_a_gate_tells_is_shown_under_its_name(state_dir: Path, tmp_path: Path) -> None:
    said: list[Progress] = []
    with subjects(spec_of(tmp_path, state_dir), 1, progress=said.append)("contract") as subject:
        subject.tell("fuzzing as editor", 11, 20)
    assert said == [Progress("Measuring contract: fuzzing as editor", 11, 20)]
