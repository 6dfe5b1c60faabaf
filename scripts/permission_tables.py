"""Write the permission tables into the brief of module 03, from ``permissions.toml``, and give its cells to tests.

The tables stand between ``<!-- permissions -->`` and ``<!-- /permissions -->``, the order of refusals between
``<!-- precedence -->`` and ``<!-- /precedence -->``. With ``--check`` nothing is written, and the exit code says
whether the committed brief is current.
"""

import re
import sys
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "modules/03-api/permissions.toml"
BRIEF = SOURCE.with_name("README.md")
OWN = "own"
ANONYMOUS = "anonymous"


@dataclass(frozen=True, slots=True)
class Cell:
    """One case: who asks for what, of which object, and the status of the answer.

    ``operation`` is a method and a path below ``/api/v1``. ``object`` is the state of the object by the names of the
    file; empty if the operation needs none; None if there is no such object.
    """

    role: str
    operation: str
    object: dict[str, str] | None
    status: int


def load() -> dict[str, Any]:
    """The file as data."""
    return tomllib.loads(SOURCE.read_text("utf-8"))


def cells(source: dict[str, Any]) -> Iterator[Cell]:
    """Every case of every table, in their order."""
    for table in source["tables"]:
        for row in table["rows"]:
            for state, operation in product(_objects(row), row["operations"]):
                for roles, answer in zip(table["columns"], row["answers"], strict=True):
                    status = _status(source, operation, answer)
                    for role in roles:
                        if role != ANONYMOUS or OWN not in (state or {}).values():
                            yield Cell(role, operation, state, status)


def _objects(row: dict[str, Any]) -> list[dict[str, str] | None]:
    if row.get("missing"):
        return [None]
    sets: list[dict[str, list[str]]] = row.get("objects", [{}])
    return [dict(zip(values, chosen, strict=True)) for values in sets for chosen in product(*values.values())]


def _status(source: dict[str, Any], operation: str, answer: int | str) -> int:
    """The answer as a number. A POST below an object is an action; to a collection it makes something."""
    if isinstance(answer, int):
        return answer
    method, _, path = operation.partition(" ")
    name = "action" if method == "POST" and "{id}" in path else method
    return int(source["ok"][name])


def tables(source: dict[str, Any]) -> str:
    """The tables in Markdown."""
    return "\n\n".join(_table(source, table) for table in source["tables"])


def _table(source: dict[str, Any], table: dict[str, Any]) -> str:
    heads = [", ".join(roles) for roles in table["columns"]]
    lines = [f"| {table['title']} | {' | '.join(heads)} |", "|---" * (len(heads) + 1) + "|"]
    for row in table["rows"]:
        answers = []
        for answer in row["answers"]:
            statuses = {_status(source, operation, answer) for operation in row["operations"]}
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
