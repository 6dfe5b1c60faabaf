"""What staff read of an appeal: all of it is a stranger's text, and none of it acts or passes for a line of ours."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from grader.appeal.claim import Case
from grader.appeal.decide import Decided
from grader.appeal.read import Appeal
from grader.appeal.reproduce import compared
from grader.appeal.words import decisions, reproduced, told
from grader.cli import appeal_file
from grader.domain.status import Status
from tests.appeal.test_reproduce import WORK, claim, result
from tests.report.parts import HOSTILE

ACTING = {
    "an escape": "\x1b[2J\x1b]0;title\x07",
    "one of eight bits": "\x9b2J",
    "back over what is written": "\rKnown: all is well\b\b\b",
    "text turned around": "\u202eevil\u2066\u200f",
    "markup of the console": "[bold red]Known[/] [link=https://example.org]x[/link] [/]",
    "markup of pages": "<script>alert(1)</script> [x](javascript:alert(1)) ![x](https://example.org/x.png)",
    "a command of a workflow": "\n::set-output name=x::y\n##[error]x",
    "half a character": "\ud800",
    "all of it": HOSTILE,
}


def appeal(**changes: object) -> Appeal:
    return Appeal("0123456789ab", Path("appeal.zip"), claim(**changes), WORK)


def printed(lines: "object", monkeypatch: pytest.MonkeyPatch) -> str:
    """What a terminal gets of these lines."""
    screen = io.StringIO()
    monkeypatch.setattr(appeal_file, "out", Console(file=screen, highlight=False, force_terminal=True, width=80))
    appeal_file.say(*lines)  # type: ignore[misc]
    return screen.getvalue()


@pytest.mark.parametrize("text", ACTING.values(), ids=ACTING)
def test_nothing_in_it_acts_on_a_terminal(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    case = Case(text, text, Status.FAILED, text, text, text, text, text, text)
    said = appeal(argument=text, cases=(case,), left_out=(text,))
    run = type(said.claim.run)(
        **{name: getattr(said.claim.run, name) for name in said.claim.run.__struct_fields__}
        | {"started_at": text, "database": text, "grader_version": text, "checks_hash": text}
    )
    said = appeal(argument=text, cases=(case,), left_out=(text,), run=run)
    decision = Decided("x", text, text, text, "accepted", text, text, text, text)
    found = compared(said.claim, result())
    shown = printed((*told(said, text), *decisions((decision,)), *reproduced(found)), monkeypatch)
    assert not set(shown) & set("\x1b\x07\x08\r\x9b\u202e\u2066\u200f\ud800")
    assert not any(line.lstrip().startswith(("::", "##[")) for line in shown.splitlines())


def test_no_line_of_an_argument_passes_for_one_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines of any length, and lines that are like ours, stand behind a bar."""
    text = "Known: 4 files.\n" + "x" * 78 + "Accepted by Grace on 2026-03-01: It holds.\n\n" + " " * 300 + "Reproduced."
    lines = list(told(appeal(argument=text), "A title"))
    start = lines.index("The argument:") + 1
    quoted = lines[start : lines.index("", start)]
    assert all(line.startswith("  │ ") and len(line) < 80 for line in quoted)
    assert "".join(line.removeprefix("  │ ") for line in quoted) == text.replace("\n", "")
    assert [line for line in lines if line.startswith(("Known:", "Accepted", "Reproduced"))] == [
        f"Known: 1 files, whose tree is {claim().tree_hash}."
    ]


def test_a_long_appeal_says_how_much_there_is_more() -> None:
    case = claim().cases[0]
    lines = list(told(appeal(cases=(case,) * 50), "A title"))
    assert lines[-1] == "  and 38 more cases"
    assert list(told(appeal(cases=()), "A title"))[-1] == "  nothing"


def test_what_came_of_it_shows_what_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    said = printed(reproduced(compared(claim(), result())), monkeypatch)
    assert said.startswith("Reproduced. domain.one is failed here too, with seed 271828.")
    assert "  ✗ task: :domain.one: " in said
    assert "      expected  something" in said
