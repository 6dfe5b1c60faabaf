"""An entity-relationship diagram, laid out: tables as boxes, foreign keys as paths between their rows.

The layers of the layout run from left to right, so that a link leaves and enters a box at its sides. The layout itself
is made by a process of its own (``layout``), since a submission chooses how much work it is.
"""

import json
import subprocess
import sys
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path as File

import msgspec

from grader.report.escape import one_line

ROW = 24.0
HEAD = 32.0
_CHAR = 7.3  # width of a monospace character at the size of the stylesheet
_MARKS = 54.0  # where names begin in a row: before them stand PK, FK and U
_GAP = 40.0
_LONGEST = 44
_SHORT = (("timestamp with time zone", "timestamptz"), ("character varying", "varchar"))
# More are no diagram that anybody reads, and a layout that takes longer than anybody waits.
_TABLES, _LINKS, _COLUMNS = 60, 150, 800
_LAYOUT = File(__file__).with_name("layout.py")
_PATIENCE_S = 20.0  # the layout's own limit is on its CPU time
Point = tuple[float, float]
_Arranged = tuple[list[Point], list[list[Point]]]


class Column(msgspec.Struct, frozen=True):
    """A column of a table, as the artefact gives it."""

    name: str
    type: str = ""
    pk: bool = False
    null: bool = False
    unique: bool = False


class Table(msgspec.Struct, frozen=True):
    """A table, as the artefact gives it; ``label`` is the model's name."""

    name: str
    columns: list[Column]
    label: str = ""


class Link(msgspec.Struct, frozen=True):
    """A foreign key: ``column`` of ``table`` refers to the key of the table ``to``."""

    table: str
    column: str
    to: str
    kind: str = "many-to-one"
    null: bool = False
    on_delete: str = ""


class Schema(msgspec.Struct, frozen=True):
    """The body of an ``er-diagram`` artefact."""

    tables: list[Table]
    links: list[Link] = []


@dataclass(frozen=True, slots=True)
class Row:
    """A column in its box: ``marks`` such as ``PK`` and ``FK``; ``y`` is the middle of the row within the box."""

    name: str
    type: str
    marks: str
    y: float


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A table, its top left corner and its size, in pixels."""

    title: str
    name: str
    x: float
    y: float
    width: float
    height: float
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Path:
    """A link as SVG path data; ``start`` and ``end`` name the markers of its two ends."""

    d: str
    start: str
    end: str
    title: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything that the template needs to draw."""

    width: float
    height: float
    boxes: tuple[Rectangle, ...]
    paths: tuple[Path, ...]


class NotDrawn(ValueError):
    """The schema is one, and no diagram can be made of it. The text is a sentence for the reader."""


def parse(body: str) -> Schema:
    """The schema in an artefact's body; ``msgspec.MsgspecError`` if it is none."""
    return msgspec.json.decode(body, type=Schema)


def draw(schema: Schema) -> Drawing:
    """Lay the diagram out; ``NotDrawn`` if it is too large. Links from or to a table that is not there are left out."""
    _refuse_size(schema)
    tables = {table.name: table for table in schema.tables}
    links = [link for link in schema.links if link.table in tables and link.to in tables]
    sizes = {name: _size(table) for name, table in tables.items()}
    centres, routes = _arrange(sizes, links)
    placed = {
        name: _Placed(table, centres[name][0] - sizes[name][0] / 2, centres[name][1] - sizes[name][1] / 2, *sizes[name])
        for name, table in tables.items()
    }
    keys = {(link.table, link.column) for link in schema.links}
    boxes = tuple(_box(one, keys) for one in placed.values())
    paths = tuple(_path(link, placed, routes.get((link.table, link.to), ())) for link in links)
    width = max((b.x + b.width for b in boxes), default=0.0) + _GAP
    height = max((b.y + b.height for b in boxes), default=0.0) + _GAP / 2
    return Drawing(round(width), round(height), boxes, paths)


def _refuse_size(schema: Schema) -> None:
    columns = sum(len(table.columns) for table in schema.tables)
    for count, most, what in (
        (len(schema.tables), _TABLES, "tables"),
        (len(schema.links), _LINKS, "links between tables"),
        (columns, _COLUMNS, "columns"),
    ):
        if count > most:
            raise NotDrawn(f"This is too large to draw: {count:,} {what}, where {most} can be read in a diagram.")


@dataclass(frozen=True, slots=True)
class _Placed:
    """A table with its top left corner and its size."""

    table: Table
    x: float
    y: float
    width: float
    height: float


def _arrange(
    sizes: dict[str, Point], links: list[Link]
) -> tuple[dict[str, Point], dict[tuple[str, str], tuple[Point, ...]]]:
    """The centre of every table, and the points that links over several layers pass, from their table on."""
    if not sizes:
        return {}, {}
    number = {name: index for index, name in enumerate(sizes)}
    pairs = list(dict.fromkeys((link.table, link.to) for link in links if link.table != link.to))
    asked = json.dumps([list(sizes.values()), [[number[a], number[b]] for a, b in pairs]])
    centres, routes = _laid_out(asked)
    if (len(centres), len(routes)) != (len(sizes), len(pairs)):
        raise NotDrawn(_TOO_HARD)
    found = {pair: tuple(route) for pair, route in zip(pairs, routes, strict=True)}
    return dict(zip(sizes, centres, strict=True)), found


_TOO_HARD = "No diagram of this could be laid out within the time and memory that one has."


def _laid_out(asked: str) -> _Arranged:
    """The answer of the layout's own process; ``NotDrawn`` if it did not get as far as one."""
    command = [sys.executable, "-I", str(_LAYOUT)]
    try:
        done = subprocess.run(command, input=asked.encode(), capture_output=True, timeout=_PATIENCE_S, check=True)
        found: _Arranged = msgspec.json.decode(done.stdout, type=_Arranged)
    except (subprocess.SubprocessError, msgspec.MsgspecError) as error:
        raise NotDrawn(_TOO_HARD) from error
    return found


def _size(table: Table) -> Point:
    widest = max((len(_name(c)) + len(_type(c)) for c in table.columns), default=0)
    width = max(_CHAR * widest + _MARKS + 30, (_CHAR + 1) * len(_title(table)) + 24)
    return width, HEAD + ROW * len(table.columns) + 8


def _title(table: Table) -> str:
    return _shortened(table.label or table.name, _LONGEST)


def _name(column: Column) -> str:
    return _shortened(column.name, _LONGEST)


def _type(column: Column) -> str:
    type_ = column.type
    for long, short in _SHORT:
        type_ = type_.replace(long, short)
    return _shortened(type_, _LONGEST // 2) + ("?" if column.null else "")


def _shortened(text: str, limit: int) -> str:
    line = one_line(text[: 4 * limit])
    return line if len(line) <= limit else line[: limit - 1] + "…"


def _box(placed: _Placed, keys: set[tuple[str, str]]) -> Rectangle:
    table = placed.table
    rows = tuple(
        Row(_name(column), _type(column), _marks(column, (table.name, column.name) in keys), HEAD + ROW * (i + 0.5))
        for i, column in enumerate(table.columns)
    )
    place = (round(placed.x), round(placed.y), round(placed.width), round(placed.height))
    return Rectangle(_title(table), _shortened(table.name, 100), *place, rows)


def _marks(column: Column, is_foreign: bool) -> str:
    return " ".join(
        m for m, on in (("PK", column.pk), ("FK", is_foreign), ("U", column.unique and not column.pk)) if on
    )


def _row_at(table: Table, column: str, top: float) -> float:
    names = [c.name for c in table.columns]
    index = names.index(column) if column in names else next((i for i, c in enumerate(table.columns) if c.pk), 0)
    return top + HEAD + ROW * (index + 0.5)


def _path(link: Link, placed: dict[str, _Placed], route: tuple[Point, ...]) -> Path:
    own, other = placed[link.table], placed[link.to]
    rightwards = own is not other and own.x < other.x
    start = (own.x + (own.width if rightwards or own is other else 0), _row_at(own.table, link.column, own.y))
    end = (other.x + (0 if rightwards else other.width), _row_at(other.table, "", other.y))
    title = f"{link.table}.{link.column} → {link.to}" + (f", on delete {link.on_delete}" if link.on_delete else "")
    one = "one-start" if link.kind == "one-to-one" else "many"
    d = _loop(start, end) if own is other else _curve([start, *route, end])
    return Path(d, one, "maybe" if link.null else "one", _shortened(title, 300))


def _curve(points: list[Point]) -> str:
    """A smooth path that is level at every point."""
    d = f"M{points[0][0]:.0f} {points[0][1]:.0f}"
    for (x1, y1), (x2, y2) in pairwise(points):
        middle = (x1 + x2) / 2
        d += f" C{middle:.0f} {y1:.0f} {middle:.0f} {y2:.0f} {x2:.0f} {y2:.0f}"
    return d


def _loop(start: Point, end: Point) -> str:
    """Out of the right side and back into it: a table that refers to itself."""
    out = start[0] + _GAP * 0.8
    return f"M{start[0]:.0f} {start[1]:.0f} C{out:.0f} {start[1]:.0f} {out:.0f} {end[1]:.0f} {end[0]:.0f} {end[1]:.0f}"
