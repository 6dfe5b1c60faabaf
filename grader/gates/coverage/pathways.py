"""The pathways of an API: each documented response of each operation, and which of them the tests came by."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from grader.gates.suite.claims import Call

METHODS = ("get", "post", "put", "patch", "delete")
_MOST = 5_000
_STATUS = re.compile(r"[1-5]([0-9]{2}|XX)", re.ASCII)
_SHOWN = 120


@dataclass(frozen=True, slots=True)
class Operation:
    """A method and a path with parameters in braces, and the statuses that are documented for it."""

    method: str
    path: str
    statuses: tuple[str, ...]

    @property
    def title(self) -> str:
        """``GET /posts/{id}/``."""
        return f"{self.method} {self.path}"[:_SHOWN]


class NoDocument(ValueError):
    """What is there is no OpenAPI document with operations; the text is a clause."""


def operations(document: Any) -> tuple[Operation, ...]:
    """The operations of an OpenAPI document. ``NoDocument`` where it has none."""
    paths = document.get("paths") if isinstance(document, dict) else None
    if not isinstance(paths, dict):
        raise NoDocument("it has no `paths`")
    found = tuple(_operations(paths))
    if not found:
        raise NoDocument("no operation in it documents a response by its status")
    if sum(len(each.statuses) for each in found) > _MOST:
        raise NoDocument(f"it documents more than {_MOST} responses")
    return found


def _operations(paths: Mapping[Any, Any]) -> Iterable[Operation]:
    for path, methods in paths.items():
        if not isinstance(path, str) or not isinstance(methods, dict):
            continue
        for method in METHODS:
            operation = methods.get(method)
            responses = operation.get("responses") if isinstance(operation, dict) else None
            if isinstance(responses, dict):
                statuses = sorted({str(each).upper() for each in responses if _STATUS.fullmatch(str(each).upper())})
                if statuses:
                    yield Operation(method.upper(), path, tuple(statuses))


class Pathways:
    """Tells which operation a request is of: the one whose path has the most fixed parts among those that fit."""

    def __init__(self, operations: Iterable[Operation], base: str = "") -> None:
        self.operations = tuple(operations)
        ordered = sorted(self.operations, key=lambda each: each.path.count("{"))
        self._ordered = [(each, base + each.path) for each in ordered]

    def of(self, call: Call) -> tuple[Operation, str] | None:
        """The operation and the documented status that a call came by, if there is one."""
        for operation, template in self._ordered:
            if operation.method == call.method and _fits(template, call.path):
                status = str(call.status)
                for documented in (status, f"{status[:1]}XX"):
                    if documented in operation.statuses:
                        return operation, documented
                return None
        return None

    def came_by(self, calls: Iterable[Call]) -> dict[tuple[Operation, str], Call]:
        """The pathways that were come by, with one of the calls that did."""
        found: dict[tuple[Operation, str], Call] = {}
        for call in calls:
            pathway = self.of(call)
            if pathway is not None:
                found.setdefault(pathway, call)
        return found

    @property
    def total(self) -> int:
        """How many pathways there are."""
        return sum(len(operation.statuses) for operation in self.operations)


def _fits(template: str, path: str) -> bool:
    """Whether a path is one of a template, part by part: a part with a parameter is any that begins and ends alike."""
    wanted, given = template.split("/"), path.split("/")
    return len(wanted) == len(given) and all(map(_part_fits, wanted, given))


def _part_fits(wanted: str, given: str) -> bool:
    start, brace, rest = wanted.partition("{")
    if not brace:
        return wanted == given
    end = rest.rpartition("}")[2]
    return len(given) > len(start) + len(end) and given.startswith(start) and given.endswith(end)
