"""Plots of gates, prepared for a page: bars against what is required, grids of what was seen, latencies."""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import msgspec
from msgspec import Struct

from grader.domain.result import GateVerdict
from grader.report.escape import clip
from grader.report.gate_words import digits
from grader.scoring.gates import OPERATORS

_MOST_BARS, _MOST_ROWS, _MOST_COLUMNS, _MOST_SERIES = 60, 300, 24, 40
STATES = {
    "yes": ("✓", "there", "passed"),
    "no": ("✗", "missing", "failed"),
    "open": ("?", "not measured", "errored"),
    "none": ("·", "not asked for", ""),
}


class _Bar(Struct):
    label: str
    value: float | None = None
    note: str = ""


class _Bars(Struct):
    bars: list[_Bar]
    unit: str = ""
    held: bool = False


class _Cell(Struct):
    state: str
    note: str = ""


class _Row(Struct):
    label: str
    cells: list[_Cell]


class _Grid(Struct):
    columns: list[str]
    rows: list[_Row]
    corner: str = ""


class _Series(Struct):
    label: str
    values: list[float]


class _Line(Struct):
    label: str
    value: float


class _Distribution(Struct):
    series: list[_Series]
    unit: str = ""
    lines: list[_Line] = []


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: how wide it is and where the mark of what is required stands, in percent of the plot's width."""

    label: str
    text: str
    note: str
    status: str
    width: float
    mark: float | None


@dataclass(frozen=True, slots=True)
class Cell:
    """One field of a grid: its sign, and in words what it means here."""

    icon: str
    words: str
    status: str


@dataclass(frozen=True, slots=True)
class GridRow:
    """A row of a grid."""

    label: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A grid: what its first column is, the names of the others, and its rows; ``more`` rows are left out."""

    corner: str
    columns: tuple[str, ...]
    rows: tuple[GridRow, ...]
    more: int = 0


@dataclass(frozen=True, slots=True)
class Strip:
    """One series: where its 5th, 25th, 50th, 75th and 95th percentile stand, in percent of the width."""

    label: str
    text: str
    at: tuple[float, float, float, float, float]


@dataclass(frozen=True, slots=True)
class Mark:
    """A place on the axis, in percent of the width, and what is written there."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Distribution:
    """Series one below the other on one axis, with ``ticks`` on it and ``lines`` across all of them."""

    strips: tuple[Strip, ...]
    ticks: tuple[Mark, ...]
    lines: tuple[Mark, ...]


def bars(body: str, gate: GateVerdict | None = None) -> tuple[Bar, ...]:
    """Bars on one scale, from 0 to 100 for percent and else to what is largest. Raises ``ValueError`` on all else.

    Those that say that each is ``held`` against what the gate asks for are marked by that: no plot knows a threshold.
    """
    read = _decoded(body, _Bars)
    shown, asked = read.bars[:_MOST_BARS], gate if read.held else None
    _refuse_infinite(bar.value for bar in shown)
    largest = max([asked.threshold if asked else 0.0, 0.0, *(bar.value for bar in shown if bar.value is not None)])
    whole = 100.0 if read.unit == "%" and largest <= 100 else largest or 1.0
    return tuple(_bar(bar, read.unit, whole, asked) for bar in shown)


def _bar(bar: _Bar, unit: str, whole: float, asked: GateVerdict | None) -> Bar:
    text = "not measured" if bar.value is None else _quantity(bar.value, unit)
    if bar.value is None or asked is None:
        status = "errored" if bar.value is None else ""
    else:
        status = "passed" if OPERATORS[asked.op](bar.value, asked.threshold) else "failed"
    return Bar(
        label=clip(bar.label, 120),
        text=text,
        note=clip(bar.note, 300),
        status=status,
        width=_percent(bar.value or 0.0, 0.0, whole),
        mark=None if asked is None else _percent(asked.threshold, 0.0, whole),
    )


def grid(body: str) -> Grid:
    """A grid with at most 300 rows and 24 columns. Raises ``ValueError`` for what is none."""
    read = _decoded(body, _Grid)
    if any(len(row.cells) != len(read.columns) for row in read.rows):
        raise ValueError("a row has more or fewer cells than there are columns")
    rows = tuple(
        GridRow(clip(row.label, 200), tuple(map(_cell, row.cells[:_MOST_COLUMNS]))) for row in read.rows[:_MOST_ROWS]
    )
    columns = tuple(clip(name, 60) for name in read.columns[:_MOST_COLUMNS])
    return Grid(clip(read.corner, 60), columns, rows, max(0, len(read.rows) - _MOST_ROWS))


def _cell(cell: _Cell) -> Cell:
    if cell.state not in STATES:
        raise ValueError(f"no cell is {cell.state!r}")
    icon, words, status = STATES[cell.state]
    return Cell(icon, clip(f"{words}: {cell.note}" if cell.note else words, 300), status)


def distribution(body: str) -> Distribution:
    """Percentiles of each series on a logarithmic axis. Raises ``ValueError`` for what has no values above 0."""
    read = _decoded(body, _Distribution)
    series = read.series[:_MOST_SERIES]
    values = [value for one in series for value in one.values] + [line.value for line in read.lines]
    _refuse_infinite(values)
    if not series or not all(one.values for one in series) or min(values) <= 0:
        raise ValueError("a series without values, or with values that are not above 0")
    low, high = math.log10(min(values)) - 0.05, math.log10(max(values)) + 0.05

    def place(value: float) -> float:
        return _percent(math.log10(value), low, high)

    return Distribution(
        tuple(_strip(one, read.unit, place) for one in series),
        tuple(Mark(place(tick), _quantity(tick, read.unit)) for tick in _ticks(low, high)),
        tuple(
            Mark(place(line.value), f"{clip(line.label, 60)} {_quantity(line.value, read.unit)}") for line in read.lines
        ),
    )


def _strip(series: _Series, unit: str, place: Callable[[float], float]) -> Strip:
    low, first, middle, third, high = (_percentile(series.values, part) for part in (0.05, 0.25, 0.5, 0.75, 0.95))
    text = f"median {_quantity(middle, unit)}, 95 % within {_quantity(high, unit)}"
    return Strip(clip(series.label, 120), text, (place(low), place(first), place(middle), place(third), place(high)))


def _percentile(values: list[float], part: float) -> float:
    """By linear interpolation between the two values nearest to it."""
    ordered = sorted(values)
    position = part * (len(ordered) - 1)
    below, above = ordered[math.floor(position)], ordered[math.ceil(position)]
    return below + (above - below) * (position - math.floor(position))


def _ticks(low: float, high: float) -> Iterator[float]:
    """1, 2 and 5 of each power of ten between two logarithms; fewer where they would stand too close."""
    factors = (1, 2, 5) if high - low < 1.6 else (1,)
    powers = range(math.floor(low), math.ceil(high) + 1)
    found = [factor * 10.0**power for power in powers for factor in factors]
    inside = [tick for tick in found if low <= math.log10(tick) <= high]
    yield from inside[:1]
    yield from (right for left, right in pairwise(inside) if math.log10(right / left) > (high - low) / 12)


def _decoded[T](body: str, kind: type[T]) -> T:
    return msgspec.json.decode(body, type=kind)


def _refuse_infinite(values: Iterable[float | None]) -> None:
    if not all(value is None or math.isfinite(value) for value in values):
        raise ValueError("a number that is none")


def _percent(value: float, low: float, high: float) -> float:
    return round(min(100.0, max(0.0, 100 * (value - low) / (high - low))), 2)


def _quantity(value: float, unit: str) -> str:
    return f"{digits(value, 3)}\u00a0{unit}" if unit else digits(value, 3)
