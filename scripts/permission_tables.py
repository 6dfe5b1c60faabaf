"""Write the permission tables into the brief of module 03, from ``permissions.toml``, which its checks read.

The tables stand between ``<!-- permissions -->`` and ``<!-- /permissions -->``, the order of refusals between
``<!-- precedence -->`` and ``<!-- /precedence -->``. With ``--check`` nothing is written, and the exit code says
whether the committed brief is current.
"""

import re
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from grader.checkpoint.kit.cells import status_of

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "modules/03-api/checks/permissions.toml"
BRIEF = ROOT / "modules/03-api/README.md"


def load() -> dict[str, Any]:
    """The file as data."""
    return tomllib.loads(SOURCE.read_text("utf-8"))


def tables(source: dict[str, Any]) -> str:
    """The tables in Markdown."""
    return "\n\n".join(_table(source, table) for table in source["tables"])


def _table(source: dict[str, Any], table: dict[str, Any]) -> str:
    heads = [", ".join(roles) for roles in table["columns"]]
    lines = [f"| {table['title']} | {' | '.join(heads)} |", "|---" * (len(heads) + 1) + "|"]
    for row in table["rows"]:
        answers = []
        for answer in row["answers"]:
            statuses = {status_of(source, operation, answer) for operation in row["operations"]}
            answers.append(", ".join(map(str, sorted(statuses))))
        lines.append(f"| {row['says']} | {' | '.join(answers)} |")
    return "\n".join(lines)


def precedence(source: dict[str, Any]) -> str:
    """The order of refusals in Markdown, as a list."""
    return "\n".join(f"{number}. {one['says']}" for number, one in enumerate(source["precedence"], 1))


def with_tables(text: str, source: dict[str, Any]) -> str:
    """The brief as it should be. ``ValueError`` if it has no place for one of them, or two."""
    for name, body in (("permissions", tables(source)), ("precedence", precedence(source))):
        begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
        text, places = re.subn(f"{begin}\n.*?{end}", _between(begin, body, end), text, flags=re.DOTALL)
        if places != 1:
            raise ValueError(f"write {begin} and {end} once, each on a line of its own")
    return text


def _between(begin: str, body: str, end: str) -> Callable[[re.Match[str]], str]:
    return lambda _: f"{begin}\n\n{body}\n\n{end}"


def main(arguments: list[str]) -> int:
    """Write or check the brief; 0 if it is current now, 1 if it was not and was not written."""
    text = BRIEF.read_text("utf-8")
    made = with_tables(text, load())
    if made == text:
        return 0
    if "--check" in arguments:
        where = BRIEF.relative_to(ROOT)
        print(f"{where} is not what {SOURCE.name} says. Write it anew: make reference", file=sys.stderr)
        return 1
    BRIEF.write_text(made, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
