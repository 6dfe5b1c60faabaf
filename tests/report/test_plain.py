"""A console that takes only ASCII gets ASCII, of the same width, and never an exception."""

from io import BytesIO, TextIOWrapper

import pytest
from rich.console import Console

from grader.report import terminal
from grader.report.plain import ascii_text
from tests.report.samples import SAMPLES


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "cp437"])
@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_can_be_printed(name: str, encoding: str) -> None:
    stream = TextIOWrapper(BytesIO(), encoding=encoding, errors="strict")
    Console(file=stream, width=80).print(terminal(SAMPLES[name](), verbose=True))
    stream.flush()


def test_icons_have_letters() -> None:
    assert ascii_text("✓ passed · ✗ failed … “a”") == '+ passed . x failed . "a"'
    assert ascii_text("required ≤ 3, ≥ 95 %") == "required <=3, >=95 %"


def test_a_console_that_takes_more_keeps_them() -> None:
    stream = TextIOWrapper(BytesIO(), encoding="utf-8", errors="strict")
    Console(file=stream, width=80).print(terminal(SAMPLES["mixed"]()))
    stream.seek(0)
    assert "✗ failed" in stream.read()
