"""The cells of permission tables: who asks for what, of an object in which state, and the status of the answer."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

OWN = "own"
ANONYMOUS = "anonymous"


@dataclass(frozen=True, slots=True)
class PermissionCell:
    """One case.

    ``operation`` is a method and a path below ``/api/v1``. ``object`` is the state of the object by the names of the
    file; empty if the operation needs none; None if there is no such object. ``row`` says which row of the tables, by
    its number, and ``table`` which table.
    """

    role: str
    operation: str
    object: dict[str, str] | None
    status: int
    table: str
    row: int

    @property
    def method(self) -> str:
        """The HTTP method."""
        return self.operation.partition(" ")[0]

    @property
    def path(self) -> str:
        """The path, with ``{id}`` where the object's number goes."""
        return self.operation.partition(" ")[2]

    @property
    def collection(self) -> str:
        """The first part of the path."""
        return self.path.split("/")[1]

    @property
    def is_refused(self) -> bool:
        """Whether the answer is an error."""
        return self.status >= 400

    @property
    def state(self) -> str:
        """The state of the object in words."""
        if self.object is None:
            return "that does not exist"
        return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in self.object.items())


@cache
def load_cells(path: Path) -> tuple[PermissionCell, ...]:
    """The cells of the tables in a file."""
    return tuple(cells(tomllib.loads(path.read_text("utf-8"))))


def cells(source: dict[str, Any]) -> Iterator[PermissionCell]:
    """Every case of every table, in their order."""
    number = 0
    for table in source["tables"]:
        for row in table["rows"]:
            number += 1
            for state, operation in product(_objects(row), row["operations"]):
                for roles, answer in zip(table["columns"], row["answers"], strict=True):
                    status = status_of(source, operation, answer)
                    for role in roles:
                        if role != ANONYMOUS or OWN not in (state or {}).values():
                            yield PermissionCell(role, operation, state, status, table["title"], number)


def _objects(row: dict[str, Any]) -> list[dict[str, str] | None]:
    if row.get("missing"):
        return [None]
    sets: list[dict[str, list[str]]] = row.get("objects", [{}])
    return [dict(zip(values, chosen, strict=True)) for values in sets for chosen in product(*values.values())]


def status_of(source: dict[str, Any], operation: str, answer: int | str) -> int:
    """The answer as a number. A POST below an object is an action; to a collection it makes something."""
    if isinstance(answer, int):
        return answer
    method, _, path = operation.partition(" ")
    name = "action" if method == "POST" and "{id}" in path else method
    return int(source["ok"][name])
