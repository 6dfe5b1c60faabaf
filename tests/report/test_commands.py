"""No line of any report is one that a workflow's runner would carry out."""

from collections.abc import Iterator
from dataclasses import replace
from io import StringIO

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rich.console import Console

from grader.domain.errors import UsageError_
from grader.domain.evidence import Location
from grader.report import REPORTS, decode, encode, escape, for_learners, terminal
from tests.report.gate_samples import gate_ungraded
from tests.report.parts import HOSTILE
from tests.report.samples import SAMPLES
from tests.report.samples.hostile import hostile

ATTEMPTS = (
    "x\n::error::boom",
    "  ::set-output name=a::b",
    "\n\t::add-mask::c",
    "##[error]d",
    "###[debug]e",
    ":::::\n::x",
)


def commands(text: str) -> list[str]:
    """The lines that a runner takes for commands: ``::`` after blanks, ``##[`` anywhere."""
    return [line for line in text.split("\n") if line.lstrip().startswith("::") or "##[" in line]


def test_the_control_the_attempts_are_commands() -> None:
    assert all(commands(text) for text in ATTEMPTS)
    assert commands(HOSTILE)


def spoken(text: str):
    """The hostile sample with one text in every place that a submission can reach."""
    result = hostile()
    criteria = []
    for criterion in result.criteria:
        seen = [
            replace(
                o,
                check=text,
                sentence=text,
                expected=text,
                observed=text,
                traceback=f"{text}\n{text}",
                where=o.where and replace(o.where, path=text),
            )
            for o in criterion.observations
        ]
        criteria.append(replace(criterion, observations=tuple(seen)))
    artefacts = tuple(replace(a, title=text, body=text) for a in result.artefacts)
    provenance = replace(result.provenance, submission=text, commit=text)
    gates = tuple(
        replace(
            g, title=text, source=text, reason=text, hint=text, fault=text, where=(Location(text, 1), Location(text))
        )
        for g in (*result.gates, *gate_ungraded().gates)
    )
    levels = tuple(replace(found, missing=(text,), pending=(text,)) for found in result.levels)
    return replace(
        result,
        criteria=tuple(criteria),
        gates=gates,
        levels=levels,
        artefacts=artefacts,
        notices=(text,),
        provenance=provenance,
    )


def rendered(result) -> Iterator[tuple[str, str]]:
    for name, report in REPORTS.items():
        if name != "annotations":  # which are commands, all of our own making: tests/report/test_annotations.py
            yield name, report.render(for_learners(result))
    for width in (20, 40, 80, 200):
        console = Console(width=width, no_color=True, highlight=False, file=StringIO(), record=True)
        console.print(terminal(result, faults=True))
        yield f"terminal of {width}", console.export_text()


@pytest.mark.parametrize("text", ATTEMPTS)
def test_no_report_commands(text: str) -> None:
    for name, report in rendered(spoken(text)):
        assert commands(report) == [], name


def test_no_sample_commands() -> None:
    for sample in SAMPLES.values():
        for name, report in rendered(sample()):
            assert commands(report) == [], name


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from(":#[]\n\r\t \u00a0\u200bxe&'\"`*_-")))
@example("##[")
@example("#\n##[a]")
def test_no_escape_makes_a_line_a_command(text: str) -> None:
    for name in (
        "html",
        "html_prose",
        "markdown",
        "markdown_prose",
        "markdown_code",
        "markdown_block",
        "terminal",
        "xml",
        "csv",
        "log_line",
    ):
        escaped = getattr(escape, name)(text)
        assert commands(escaped) == [], name
    assert b"##[" not in escape.json(text.encode())


@pytest.mark.parametrize("text", ATTEMPTS)
def test_json_carries_the_same_texts(text: str) -> None:
    result = spoken(text)
    assert decode(encode(result)) == result


def test_an_error_on_the_console_commands_nothing(capsys, monkeypatch) -> None:
    from grader.cli import console

    said = StringIO()
    monkeypatch.setattr(console, "err", Console(file=said, highlight=False))
    for text in ATTEMPTS:
        console.explain(UsageError_(text, text))
        console.explain(ValueError(text))
    assert commands(said.getvalue()) == []
    assert "\x1b" not in said.getvalue()
