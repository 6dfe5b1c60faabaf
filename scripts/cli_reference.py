"""Write the reference of the command line from the program itself: docs/reference/cli.md.

With ``--check`` nothing is written, and the exit code says whether the committed page is current.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from grader.cli.main import grader

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "cli.md"
_HEAD = """# Command line

The command is `.venv/bin/grader` in this repository, and `grader` where it was installed.
This page is written by `make reference` from the program itself.
"""


def commands(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    """The command and all below it, each with the words that call it, in the order of the help."""
    yield path, command
    if isinstance(command, click.Group):
        with click.Context(command, info_name=path) as context:
            for name in command.list_commands(context):
                found = command.get_command(context, name)
                if found is not None:
                    yield from commands(found, f"{path} {name}")


def page() -> str:
    """The whole page, in Markdown."""
    return "\n".join([_HEAD, *(_section(path, command) for path, command in commands(grader, "grader"))])


def _section(path: str, command: click.Command) -> str:
    # A width of its own, so that the page does not depend on the terminal it is made in.
    # Where the program runs, every command has the names for help that the first one has.
    names = grader.context_settings["help_option_names"]
    with click.Context(
        command, info_name=path, terminal_width=100, max_content_width=100, help_option_names=names
    ) as context:
        usage = command.get_usage(context).removeprefix("Usage: ")
        parts = [f"## {path}\n", f"```text\n{usage}\n```\n", _text(command.help or "")]
        if isinstance(command, click.Group):
            parts.append(_table(("command", "does"), _subcommands(command, context, path)))
        options = [p for p in command.get_params(context) if isinstance(p, click.Option) and not p.hidden]
        parts.append(_table(("option", "meaning"), [_option(option, context) for option in options]))
    return "\n".join(part for part in parts if part)


def _subcommands(group: click.Group, context: click.Context, path: str) -> list[tuple[str, str]]:
    found = ((name, group.get_command(context, name)) for name in group.list_commands(context))
    return [
        (f"[`{name}`](#{path.replace(' ', '-')}-{name})", _cell(command.get_short_help_str(200)))
        for name, command in found
        if command is not None
    ]


def _option(option: click.Option, context: click.Context) -> tuple[str, str]:
    _, meaning = option.get_help_record(context) or ("", "")
    flags = ", ".join(f"`{flag}`" for flag in (*option.opts, *option.secondary_opts))
    if option.is_flag or option.count:
        return flags, _cell(meaning)
    if isinstance(option.type, click.Choice):
        return f"{flags} {', '.join(option.type.choices)}", _cell(meaning)
    return f"{flags} *{option.type.name.split()[0]}*", _cell(meaning)


def _text(help_text: str) -> str:
    return "\n\n".join(" ".join(block.split()) for block in help_text.split("\n\n")) + "\n" if help_text else ""


def _cell(text: str) -> str:
    """Text of a table's cell: a name in brackets is no link, a bar no border."""
    return " ".join(text.split()).replace("|", "\\|").replace("[", "\\[").replace("<", "&lt;")


def _table(head: tuple[str, str], rows: list[tuple[str, str]]) -> str:
    if not rows:
        return ""
    return "\n".join([f"| {head[0]} | {head[1]} |", "|---|---|", *(f"| {a} | {b} |" for a, b in rows)]) + "\n"


def main(arguments: list[str]) -> int:
    """Write or check the page; 0 if it is current now, 1 if it was not and was not written."""
    text = page()
    if "--check" not in arguments:
        PAGE.write_text(text, "utf-8")
        return 0
    if PAGE.is_file() and PAGE.read_text("utf-8") == text:
        return 0
    print(f"{PAGE.name} is not what the program says. Write it anew: make reference", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
