"""Beat by a clock that the grader keeps: what is said on the line, by a process that is none."""

import os
import socket
import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from grader.stage.beat import run_beat
from grader.stage.outcome import Failed, Late


def start(say: Callable[[socket.socket], None]) -> Any:
    """Starts what says something on the line, and ends."""

    def begin(argv: tuple[str, ...], fds: tuple[int, ...]) -> Any:
        assert argv[-3:] == ("-A", "config.celery", "beat")
        line = socket.socket(fileno=os.dup(fds[0]))

        def run() -> None:
            with line:
                say(line)

        threading.Thread(target=run, daemon=True).start()
        return SimpleNamespace(output=lambda: b"Traceback\nOSError: read-only\n")

    return begin


def sleeping(*seconds: object) -> Callable[[socket.socket], None]:
    def say(line: socket.socket) -> None:
        for each in seconds:
            line.sendall(f"{each}\n".encode())
            line.recv(100)

    return say


def moments(say: Callable[[socket.socket], None], within_s: float = 10.0) -> list[float]:
    return list(run_beat(start(say), begins=1000.0, ends=1100.0, within_s=within_s))


def test_it_is_later_by_as_much_as_it_sleeps() -> None:
    assert moments(sleeping(0.0, 60.0, 30.5, 9.5, 7.0)) == [1000.0, 1060.0, 1090.5]


@pytest.mark.parametrize("said", ["nan", "inf", "-1", "soon", "9" * 200, "1e9", "\xff"])
def test_what_is_no_number_of_seconds(said: str) -> None:
    with pytest.raises(Failed, match="a number of seconds"):
        moments(sleeping(0.0, said))


def test_one_that_ends() -> None:
    with pytest.raises(Failed, match="to go on; observed it has ended: OSError: read-only"):
        moments(sleeping(0.0))


def test_one_that_hangs() -> None:
    with pytest.raises(Late, match=r"within 0\.2 s"):
        moments(lambda line: threading.Event().wait(1) and None, within_s=0.2)
