"""An OpenAPI document as data: read by the child, refused where it refers to something outside itself."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from grader.reader.client import NotReadable, Reader

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
COMMITTED = ("openapi.yaml", "openapi.yml", "openapi.json", "schema.yaml", "schema.yml", "schema.json")
LARGEST = 4 << 20
_MOST_OPERATIONS = 500
_DEEPEST = 100
_CPU_S = 10.0


class NoDocument(Exception):
    """There is no document that can be worked with; the message says why, in a sentence."""


@dataclass(frozen=True, slots=True)
class Operation:
    """A method of a path, with what the document says of it, references resolved one level down."""

    method: str
    path: str
    body: Mapping[str, Any]

    @property
    def label(self) -> str:
        """As people write it: ``GET /posts/{id}/``."""
        return f"{self.method.upper()} {self.path}"


@dataclass(frozen=True, slots=True)
class Document:
    """A document that stands by itself."""

    value: Mapping[str, Any]

    def operations(self) -> tuple[Operation, ...]:
        """All of them, in the document's order."""
        return tuple(self._operations())

    def _operations(self) -> Iterator[Operation]:
        for path, item in mapping(self.value.get("paths")).items():
            item = self.resolved(item)
            for method in METHODS:
                if isinstance(body := item.get(method), dict):
                    yield Operation(method, str(path), body)

    def resolved(self, value: Any) -> Mapping[str, Any]:
        """An object, or what its ``$ref`` leads to; nothing where that leads nowhere."""
        for _ in range(20):
            if not isinstance(value, dict):
                return {}
            if not isinstance(reference := value.get("$ref"), str):
                return value
            value = self._at(reference)
        return {}

    def _at(self, reference: str) -> Any:
        there: Any = self.value
        for part in reference.removeprefix("#").split("/")[1:]:
            part = part.replace("~1", "/").replace("~0", "~")
            there = there.get(part) if isinstance(there, dict) else None
        return there

    def parameters(self, operation: Operation) -> dict[tuple[str, str], Mapping[str, Any]]:
        """Those of the path and of the operation, by place and name."""
        own = [*items(self.resolved(mapping(self.value.get("paths")).get(operation.path)).get("parameters"))]
        own += items(operation.body.get("parameters"))
        found = (self.resolved(entry) for entry in own)
        return {(str(entry.get("in")), str(entry.get("name"))): entry for entry in found}

    def responses(self, operation: Operation) -> dict[str, Mapping[str, Any]]:
        """By status, as the document writes it."""
        given = mapping(operation.body.get("responses"))
        return {str(status): self.resolved(response) for status, response in given.items()}

    def security(self, operation: Operation) -> list[Any] | None:
        """What the operation, or else the document, says; ``None`` where neither says anything."""
        said = operation.body.get("security", self.value.get("security"))
        return said if isinstance(said, list) else None

    def text(self) -> bytes:
        """The document as JSON."""
        return json.dumps(self.value, ensure_ascii=False).encode("utf-8", "replace")


def committed(root: Path) -> tuple[str, Document] | None:
    """The document that the project keeps beside its code, and its path; ``None`` where there is none.

    Raises:
        NoDocument: it cannot be read as one.
    """
    for name in COMMITTED:
        file = root / name
        if file.is_file() and not file.is_symlink():
            if file.stat().st_size > LARGEST:
                raise NoDocument(f"{name} has {file.stat().st_size >> 20} MiB; a document has at most 4.")
            return name, read(file.read_bytes(), name)
    return None


def read(data: bytes, name: str) -> Document:
    """The document that these bytes are, as JSON or as YAML.

    Raises:
        NoDocument: they are none, or it refers to a file or to another host.
    """
    if len(data) > LARGEST:
        raise NoDocument(f"{name} has more than 4 MiB.")
    kind = "json" if data.lstrip()[:1] == b"{" else "yaml"
    try:
        with Reader("json", "yaml") as reader:
            value = reader.read("json" if kind == "json" else "yaml", data, cpu_s=_CPU_S)
    except NotReadable as wrong:
        line = f", line {wrong.line}" if wrong.line else ""
        raise NoDocument(f"{name}{line} cannot be read: {wrong.text}.") from wrong
    return _checked(value, name)


def _checked(value: Any, name: str) -> Document:
    if not isinstance(value, dict) or not str(value.get("openapi", "")).startswith("3."):
        raise NoDocument(f"{name} is no document of OpenAPI 3.")
    plain = _plain(value, name, 0)
    document = Document(plain)
    count = len(document.operations())
    if not count:
        raise NoDocument(f"{name} describes no operation.")
    if count > _MOST_OPERATIONS:
        raise NoDocument(f"{name} describes {count} operations, more than {_MOST_OPERATIONS}.")
    return document


def _plain(value: Any, name: str, depth: int) -> Any:
    """The same with keys of text and nothing that JSON has not; refuses what leads outside."""
    if depth > _DEEPEST:
        raise NoDocument(f"{name} is nested more than {_DEEPEST} levels deep.")
    if isinstance(value, dict):
        for key in ("$ref", "$dynamicRef", "externalValue", "operationRef", "$id", "$schema"):
            _refuse_outside(value.get(key), key, name)
        for target in mapping(mapping(value.get("discriminator")).get("mapping")).values():
            if isinstance(target, str) and re.search(r"[/:]", target):
                _refuse_outside(target, "discriminator", name)
        return {str(key): _plain(entry, name, depth + 1) for key, entry in value.items()}
    if isinstance(value, list):
        return [_plain(entry, name, depth + 1) for entry in value]
    if isinstance(value, date):  # YAML reads one where JSON has a text
        return value.isoformat()
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def _refuse_outside(reference: Any, key: str, name: str) -> None:
    """A reference that is not to the document itself would have a tool open a file, or another host."""
    if key == "$schema" or not isinstance(reference, str) or reference.startswith("#"):
        return
    raise NoDocument(f"{name} refers to something outside of itself ({key}: {reference[:80]!r}): write it out.")


def mapping(value: Any) -> Mapping[str, Any]:
    """The object that it is, or an empty one."""
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list[Any]:
    """The list that it is, or an empty one."""
    return value if isinstance(value, list) else []
