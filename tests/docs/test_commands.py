"""What the pages tell people to type exists: commands, options and make targets."""

import re
import shlex
from pathlib import Path

import click
import pytest

from grader.cli.main import grader
from grader.domain.course import Module
from grader.report import REPORTS
from scripts.cli_reference import PAGE, page
from scripts.criteria_tables import briefs, with_tables

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("modules/*/*.md"), *ROOT.glob("capstone/*.md")]
)
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))


def typed(text: str) -> list[str]:
    """The lines of a page that people may type: in fences and in code spans."""
    fence = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
    blocks = [body for language, body in fence.findall(text) if language in ("", "sh", "console")]
    spans = re.findall(r"(?<!`)`([^`\n]+)`(?!`)", fence.sub("", text))
    return [line.strip().removeprefix("$ ") for block in (*blocks, *spans) for line in block.splitlines()]


def of_command(name: str) -> list[tuple[str, list[str]]]:
    """All typed lines that call ``name``, with the page, as words."""
    calls = []
    for path in PAGES:
        for line in typed(path.read_text("utf-8")):
            whole = line.count("'") % 2 == 0 and line.count('"') % 2 == 0 and not line.endswith("\\")
            words = shlex.split(line, comments=True) if whole else []
            if words and words[0].removeprefix(".venv/bin/") == name:
                calls.append((path.relative_to(ROOT).as_posix(), words[1:]))
    return calls


def test_the_reference_of_the_command_line_is_current() -> None:
    assert PAGE.read_text("utf-8") == page(), "Write it anew: make reference"


@pytest.mark.parametrize(("brief", "module"), briefs().items(), ids=lambda value: getattr(value, "slug", ""))
def test_the_tables_in_a_brief_are_current(brief: Path, module: Module) -> None:
    assert brief.read_text("utf-8") == with_tables(brief, module), "Write it anew: make reference"


def test_make_targets_exist() -> None:
    unknown = [
        (where, word)
        for where, words in of_command("make")
        for word in words
        if "=" not in word and not word.startswith("-") and word not in TARGETS
    ]
    assert not unknown


@pytest.mark.parametrize("call", of_command("grader"), ids=lambda call: f"{call[0]}: {' '.join(call[1])}")
def test_grader_calls_exist(call: tuple[str, list[str]]) -> None:
    _, words = call
    command: click.Command = grader
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        with click.Context(command) as context:
            found = command.get_command(context, words[0])
        assert found is not None, f"there is no command {words[0]!r}"
        command, words = found, words[1:]
    known = {"--help", "-h", *(flag for p in command.params for flag in (*p.opts, *p.secondary_opts))}
    assert {word for word in words if word.startswith("-")} <= known


def test_formats_and_their_files_are_listed() -> None:
    listed = (ROOT / "docs" / "instructors" / "formats.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \| `([\w.]+)` \|", listed, re.MULTILINE))
    assert rows == {name: report.file_name for name, report in REPORTS.items()}
