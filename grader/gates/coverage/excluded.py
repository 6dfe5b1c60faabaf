"""What a project leaves out of its own coverage: it counts here, and is listed."""

import io
import re
import tokenize
from collections.abc import Iterable, Iterator

from grader.domain.findings import Finding, Severity
from grader.domain.location import Location
from grader.gates.subject import Subject
from grader.gates.suite.sources import Sources
from grader.reader.client import NotReadable, read_once

_PRAGMA = re.compile(r"#\s*(pragma|type)\s*:?\s*no\s*(cover|branch)", re.IGNORECASE)
_INI = {".coveragerc": "", "setup.cfg": "coverage:", "tox.ini": "coverage:", ".coveragerc.toml": ""}
_OPTIONS = ("omit", "exclude_lines", "exclude_also", "partial_branches", "include", "exclude")
_LARGEST = 1 << 20
_SHOWN = 200
_REMEDY = "Write the test, or say in the module itself why there is nothing to test."


def excluded(subject: Subject, sources: Sources) -> Iterator[Finding]:
    """Comments and configuration that leave something out."""
    for path in sources.measured:
        yield from _comments(path, sources.text(path))
    for path in subject.files:
        if path.rpartition("/")[2] in _INI or path.endswith("pyproject.toml"):
            yield from _configured(subject, path)


def _comments(path: str, text: str) -> Iterator[Finding]:
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT and _PRAGMA.search(token.string[:_SHOWN]):
                message = f"`{token.string.strip()[:60]}` leaves code out of coverage; here it counts."
                yield Finding("coverage.pragma", message, Severity.NOTE, Location(path, token.start[0]), _REMEDY)
    except (tokenize.TokenError, SyntaxError):
        return


def _configured(subject: Subject, path: str) -> Iterator[Finding]:
    file = subject.submission / path
    if file.stat().st_size > _LARGEST:
        return
    for option in _toml(file.read_bytes()) if path.endswith(".toml") else _ini(file.read_bytes(), path):
        message = f"`{option}` leaves files or lines out of coverage; here they count."
        yield Finding("coverage.configuration", message, Severity.NOTE, Location(path), _REMEDY)


def _toml(data: bytes) -> Iterable[str]:
    try:
        value = read_once("toml", data)
    except NotReadable:
        return ()
    tool = value.get("tool")
    tables = tool.get("coverage") if isinstance(tool, dict) else None
    if not isinstance(tables, dict):
        return ()
    return [
        f"tool.coverage.{name}.{option}"
        for name, table in tables.items()
        if isinstance(table, dict)
        for option in _OPTIONS
        if table.get(option)
    ]


def _ini(data: bytes, path: str) -> Iterable[str]:
    try:
        sections = read_once("ini", data)
    except NotReadable:
        return ()
    prefix = _INI.get(path.rpartition("/")[2], "")
    return [
        f"{section}: {option}"
        for section, values in sections.items()
        if section.startswith(prefix) and isinstance(values, dict)
        for option in _OPTIONS
        if option in values
    ]
