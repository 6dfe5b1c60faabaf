"""Artefacts, prepared for a page: a diff by lines, a table by cells, a diagram drawn; what cannot be read, as text."""

from dataclasses import dataclass
from typing import Any

import msgspec

from grader.domain.evidence import Artefact
from grader.report.diagram import Drawing, draw, parse
from grader.report.escape import clip

_LINES = 2_000
_ROWS = 500
_TEXT = 100_000


@dataclass(frozen=True, slots=True)
class Exhibit:
    """An artefact as a page shows it: ``kind`` says which one of the other fields is filled."""

    kind: str
    title: str
    lines: tuple[tuple[str, str], ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    drawing: Drawing | None = None
    text: str = ""


def exhibit(artefact: Artefact) -> Exhibit:
    """Prepare one artefact. Its body came from a submission: anything unreadable becomes plain text."""
    try:
        match artefact.kind:
            case "diff":
                return Exhibit("diff", artefact.title, lines=diff_lines(artefact.body))
            case "table":
                columns, rows = table_cells(artefact.body)
                return Exhibit("table", artefact.title, columns=columns, rows=rows)
            case "er-diagram":
                return Exhibit("er-diagram", artefact.title, drawing=draw(parse(artefact.body)))
    except (msgspec.MsgspecError, ValueError, RecursionError):
        pass
    return Exhibit("text", artefact.title, text=clip(artefact.body, _TEXT))


def diff_lines(body: str) -> tuple[tuple[str, str], ...]:
    """The lines of a unified diff, each after its kind: ``file``, ``hunk``, ``added``, ``removed`` or ``same``."""
    lines = body.splitlines()
    shown = tuple((_line_kind(line), line) for line in lines[:_LINES])
    more = len(lines) - _LINES
    return (*shown, ("file", f"… {more:,} more lines")) if more > 0 else shown


def _line_kind(line: str) -> str:
    if line.startswith(("--- ", "+++ ", "diff ", "index ")):
        return "file"
    return {"@": "hunk", "+": "added", "-": "removed"}.get(line[:1], "same")


def table_cells(body: str) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Columns and rows from ``{"columns": …, "rows": …}`` or a list of objects. Raises ``ValueError`` on all else."""
    value = msgspec.json.decode(body)
    if isinstance(value, list) and value and all(isinstance(row, dict) for row in value):
        columns = list(dict.fromkeys(key for row in value for key in row))
        value = {"columns": columns, "rows": [[row.get(key, "") for key in columns] for row in value]}
    if not isinstance(value, dict) or not _is_grid(value.get("columns"), value.get("rows")):
        raise ValueError("neither columns and rows nor a list of objects")
    rows = tuple(tuple(_cell(cell) for cell in row) for row in value["rows"][:_ROWS])
    return tuple(_cell(c) for c in value["columns"]), rows


def _is_grid(columns: object, rows: object) -> bool:
    return isinstance(columns, list) and isinstance(rows, list) and all(isinstance(row, list) for row in rows)


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return clip(value, 500)
    return "" if value is None else clip(msgspec.json.encode(value).decode(), 500)
