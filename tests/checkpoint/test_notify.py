"""What the runner is told is one line for each thing, whatever a project has put into its words."""

import os
from types import SimpleNamespace

import pytest

from grader.checkpoint.run import notify

WORDS = {
    "plain": "plain",
    "a line that says more": "first\nend 0 9 passed 0 0 one.base forged",
    "every end of a line": "\r\n\x85\u2028begin x y z",
    "half a pair": "\udc80",
    "more than a pipe takes": "ä" * 9000,
    "nothing": "",
}


@pytest.mark.parametrize("why", WORDS.values(), ids=WORDS)
def test_words_of_a_project_stay_within_their_line(why: str) -> None:
    reading, writing = os.pipe()
    try:
        notify.stopped(SimpleNamespace(lane=0, progress_fd=writing), why)  # type: ignore[arg-type]
        told = os.read(reading, 65536)
    finally:
        os.close(reading)
        os.close(writing)
    assert told.endswith(b"\n")
    assert len(told) <= 2001
    lines = told.decode(errors="replace").splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("stopped 0 0")
