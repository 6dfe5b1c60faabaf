"""What a terminal shows: any width, no colour needed, no control sequence of a submission."""

from io import StringIO

import pytest
from rich.console import Console

from grader.domain.status import Status
from grader.report import terminal
from grader.report.words import ICONS, WORDS
from tests.report.samples import SAMPLES


def printed(name: str, **options: object) -> str:
    out = StringIO()
    Console(file=out, **({"width": 80} | options)).print(terminal(SAMPLES[name](), verbose=True))  # type: ignore[arg-type]
    return out.getvalue()


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("width", [30, 80, 200])
def test_every_sample_fits(name: str, width: int) -> None:
    lines = printed(name, width=width).splitlines()
    assert max(len(line) for line in lines) <= width


@pytest.mark.parametrize("name", SAMPLES)
def test_nothing_of_a_submission_controls_the_terminal(name: str) -> None:
    assert not [c for c in printed(name) if ord(c) < 32 and c != "\n"]
    assert not {"\u202e", "\x9b", "\u200b"} & set(printed(name))


def test_no_color_is_respected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[3" not in printed("mixed", force_terminal=True)
    monkeypatch.delenv("NO_COLOR")
    assert "\x1b[3" in printed("mixed", force_terminal=True, color_system="standard")


def test_every_status_has_an_icon_and_a_word_of_its_own() -> None:
    assert len(set(ICONS.values())) == len(set(WORDS.values())) == len(Status)


def test_the_verdict_is_said_before_anything_else() -> None:
    lines = [line.strip() for line in printed("mixed").splitlines() if line.strip()]
    assert lines[:2] == ["Module 02 · Domain modeling", "Not met yet  68 of 100 points"]
    assert any(line.startswith("Next step: Two posts may share a title") for line in lines)
