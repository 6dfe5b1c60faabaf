"""An entity-relationship diagram, laid out: tables as boxes, foreign keys as paths between their rows.

The layers of the layout run from left to right, so that a link leaves and enters a box at its sides.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import msgspec
from grandalf.graphs import Edge, Graph, Vertex
from grandalf.layouts import SugiyamaLayout
from grandalf.routing import EdgeViewer

from grader.report.escape import one_line

ROW = 24.0
HEAD = 32.0
_CHAR = 7.3  # width of a monospace character at the size of the stylesheet
_MARKS = 54.0  # where names begin in a row: before them stand PK, FK and U
_GAP = 40.0
_LAYER = 76.0
_LONGEST = 44
_SHORT = (("timestamp with time zone", "timestamptz"), ("character varying", "varchar"))
_MOST = 80  # tables: more are no diagram that anybody reads


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
class Box:
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
    boxes: tuple[Box, ...]
    paths: tuple[Path, ...]


Point = tuple[float, float]


class _View:
    """What grandalf lays out. Width and height are swapped, because its layers run downwards and ours to the right."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.width, self.height = _size(table)
        self.w, self.h = self.height, self.width
        self.xy: Point = (0.0, 0.0)
        self.shift: Point = (0.0, 0.0)


def parse(body: str) -> Schema:
    """The schema in an artefact's body. Raises ``ValueError`` if it is none, or too large to draw."""
    schema = msgspec.json.decode(body, type=Schema)
    if len(schema.tables) > _MOST:
        raise ValueError(f"{len(schema.tables)} tables are too many to draw")
    return schema


def draw(schema: Schema) -> Drawing:
    """Lay the diagram out. Links from or to a table that is not there are left out."""
    tables = {table.name: table for table in schema.tables}
    links = [link for link in schema.links if link.table in tables and link.to in tables]
    views = {name: _View(table) for name, table in tables.items()}
    routes = _arrange(views, links)
    corners = {name: (v.xy[0] - v.width / 2, v.xy[1] - v.height / 2) for name, v in views.items()}
    keys = {(link.table, link.column) for link in schema.links}
    boxes = tuple(_box(views[name], corners[name], keys) for name in tables)
    paths = tuple(_path(link, views, corners, routes.get((link.table, link.to), ())) for link in links)
    width = max((b.x + b.width for b in boxes), default=0.0) + _GAP
    height = max((b.y + b.height for b in boxes), default=0.0) + _GAP / 2
    return Drawing(round(width), round(height), boxes, paths)


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
    line = one_line(text)
    return line if len(line) <= limit else line[: limit - 1] + "…"


def _arrange(views: dict[str, _View], links: Iterable[Link]) -> dict[tuple[str, str], tuple[Point, ...]]:
    """Set the centre of every view; give the points that links over several layers pass, from their table on."""
    vertices = {name: Vertex(view) for name, view in views.items()}
    for name, vertex in vertices.items():
        vertex.view = views[name]
    pairs = dict.fromkeys((link.table, link.to) for link in links if link.table != link.to)
    edges = {pair: Edge(vertices[pair[0]], vertices[pair[1]]) for pair in pairs}
    for edge in edges.values():
        edge.view = EdgeViewer()
    top = 0.0
    for component in Graph(list(vertices.values()), list(edges.values())).C:
        top = _place(component, top)
    routes: dict[tuple[str, str], tuple[Point, ...]] = {}
    for pair, edge in edges.items():
        shift = views[pair[0]].shift
        passed = [(y + shift[0], x + shift[1]) for x, y in getattr(edge.view, "_pts", [])[1:-1]]
        routes[pair] = tuple(point for centre in passed for point in _across(centre, pair, views))
    return routes


def _across(centre: Point, pair: tuple[str, str], views: dict[str, _View]) -> tuple[Point, Point]:
    """Where a link enters and leaves a layer that it crosses, so that it bends beside the boxes and not behind them."""
    half = max((v.width for v in views.values() if abs(v.xy[0] - centre[0]) < 1), default=0) / 2
    sign = 1 if views[pair[0]].xy[0] < views[pair[1]].xy[0] else -1
    return (centre[0] - sign * half, centre[1]), (centre[0] + sign * half, centre[1])


def _place(component: object, top: float) -> float:
    """Lay one connected part out below ``top``; give the new ``top``."""
    layout = SugiyamaLayout(component)
    layout.xspace, layout.yspace = _GAP, _LAYER
    layout.init_all()
    layout.draw(8)
    views: list[_View] = [vertex.view for vertex in component.sV]  # type: ignore[attr-defined]
    left = min(v.xy[1] - v.width / 2 for v in views)
    upper = min(v.xy[0] - v.height / 2 for v in views)
    for view in views:
        view.shift = (4 - left, top + 4 - upper)
        view.xy = (view.xy[1] + view.shift[0], view.xy[0] + view.shift[1])
    return max(v.xy[1] + v.height / 2 for v in views) + _GAP


def _box(view: _View, corner: Point, keys: set[tuple[str, str]]) -> Box:
    table = view.table
    rows = tuple(
        Row(_name(column), _type(column), _marks(column, (table.name, column.name) in keys), HEAD + ROW * (i + 0.5))
        for i, column in enumerate(table.columns)
    )
    size = (round(view.width), round(view.height))
    return Box(_title(table), one_line(table.name), round(corner[0]), round(corner[1]), *size, rows)


def _marks(column: Column, is_foreign: bool) -> str:
    return " ".join(
        m for m, on in (("PK", column.pk), ("FK", is_foreign), ("U", column.unique and not column.pk)) if on
    )


def _row_at(table: Table, column: str, top: float) -> float:
    names = [c.name for c in table.columns]
    index = names.index(column) if column in names else next((i for i, c in enumerate(table.columns) if c.pk), 0)
    return top + HEAD + ROW * (index + 0.5)


def _path(link: Link, views: dict[str, _View], corners: dict[str, Point], route: tuple[Point, ...]) -> Path:
    start_x, start_top = corners[link.table]
    end_x, end_top = corners[link.to]
    start_y = _row_at(views[link.table].table, link.column, start_top)
    end_y = _row_at(views[link.to].table, "", end_top)
    rightwards = link.table != link.to and start_x < end_x
    start = (start_x + (views[link.table].width if rightwards or link.table == link.to else 0), start_y)
    end = (end_x + (0 if rightwards else views[link.to].width), end_y)
    points = [start, *route, end] if link.table != link.to else [start, end]
    title = f"{link.table}.{link.column} → {link.to}" + (f", on delete {link.on_delete}" if link.on_delete else "")
    one = "one-start" if link.kind == "one-to-one" else "many"
    d = _loop(start, end) if link.table == link.to else _curve(points)
    return Path(d, one, "maybe" if link.null else "one", one_line(title))


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
