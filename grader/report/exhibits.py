"""Artefacts, prepared for a page: a diff by lines, a table by cells, a diagram drawn; what cannot be read, as text."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from grader.domain.evidence import Artefact
from grader.domain.result import GateVerdict
from grader.report.diagram import Drawing, NotDrawn, Schema, draw, parse
from grader.report.escape import clip
from grader.report.plots import Bar, Distribution, Grid, bars, distribution, grid

_LINES = 2_000
_LINE = 1_000
_ROWS, _COLUMNS = 500, 50
_TEXT = 100_000
_BODY = 4 << 20  # characters; what is larger is not read at all


@dataclass(frozen=True, slots=True)
class Exhibit:
    """An artefact as a page shows it: ``kind`` says which one of the other fields is filled, ``note`` what is amiss."""

    kind: str
    title: str
    lines: tuple[tuple[str, str], ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    drawing: Drawing | None = None
    bars: tuple[Bar, ...] = ()
    grid: Grid | None = None
    distribution: Distribution | None = None
    text: str = ""
    note: str = ""


def exhibit(artefact: Artefact, gate: GateVerdict | None = None) -> Exhibit:
    """Prepare one artefact, of a gate if one is given. Its body came from a submission: all else becomes plain text."""
    if len(artefact.body) > _BODY:
        return Exhibit("text", artefact.title, text=artefact.body[:_TEXT], note="This is too large: it begins so.")
    try:
        match artefact.kind:
            case "diff":
                return Exhibit("diff", artefact.title, lines=diff_lines(artefact.body))
            case "table":
                columns, rows = table_cells(artefact.body)
                return Exhibit("table", artefact.title, columns=columns, rows=rows)
            case "er-diagram":
                return diagram(artefact.title, parse(artefact.body))
            case "bars":
                return Exhibit("bars", artefact.title, bars=bars(artefact.body, gate))
            case "grid":
                return Exhibit("grid", artefact.title, grid=grid(artefact.body))
            case "distribution":
                return Exhibit("distribution", artefact.title, distribution=distribution(artefact.body))
    except (msgspec.MsgspecError, ValueError, RecursionError):
        pass
    return Exhibit("text", artefact.title, text=clip(artefact.body, _TEXT))


def diagram(title: str, schema: Schema) -> Exhibit:
    """The schema drawn or, if it is too large for a diagram, as a table, with a note that says so."""
    try:
        return Exhibit("er-diagram", title, drawing=draw(schema))
    except NotDrawn as reason:
        note = f"{reason} So here are the tables as a list."
        return Exhibit("table", title, columns=_SCHEMA_COLUMNS, rows=tuple(_schema_rows(schema)), note=note)


_SCHEMA_COLUMNS = ("Table", "Columns", "Refers to")


def _schema_rows(schema: Schema) -> Iterator[tuple[str, ...]]:
    links: dict[str, list[str]] = {}
    for link in schema.links:
        links.setdefault(link.table, []).append(f"{clip(link.column, 80)} → {clip(link.to, 80)}")
    for table in schema.tables[:_ROWS]:
        columns = (clip(column.name, 80) for column in table.columns)
        yield clip(table.name, 80), _joined(columns), _joined(links.get(table.name, ()))
    if len(schema.tables) > _ROWS:
        yield f"… {len(schema.tables) - _ROWS:,} more tables", "", ""


def _joined(parts: Iterable[str]) -> str:
    return clip(", ".join(parts), 500)


def diff_lines(body: str) -> tuple[tuple[str, str], ...]:
    """The lines of a unified diff, each after its kind: ``file``, ``hunk``, ``added``, ``removed`` or ``same``."""
    lines = body.splitlines()
    shown = tuple((_line_kind(line), clip(line, _LINE)) for line in lines[:_LINES])
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
        shown = value[:_ROWS]
        columns = list(dict.fromkeys(key for row in shown for key in row))[:_COLUMNS]
        value = {"columns": columns, "rows": [[row.get(key, "") for key in columns] for row in shown]}
    if not isinstance(value, dict) or not _is_grid(value.get("columns"), value.get("rows")):
        raise ValueError("neither columns and rows nor a list of objects")
    rows = tuple(tuple(_cell(cell) for cell in row[:_COLUMNS]) for row in value["rows"][:_ROWS])
    return tuple(_cell(c) for c in value["columns"][:_COLUMNS]), rows


def _is_grid(columns: object, rows: object) -> bool:
    return isinstance(columns, list) and isinstance(rows, list) and all(isinstance(row, list) for row in rows)


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return clip(value, 500)
    return "" if value is None else clip(msgspec.json.encode(value).decode(), 500)
