"""Plots are right to the percent, and what is none is shown as the text that it is."""

import itertools
import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from grader.domain.evidence import Artefact
from grader.domain.result import GateVerdict
from grader.domain.status import Status
from grader.report.exhibits import exhibit
from grader.report.plots import bars, distribution, grid


def read(make: Callable[..., Any], body: object, *gate: GateVerdict) -> Any:
    return make(json.dumps(body), *gate)


def asking(op: str, threshold: float) -> GateVerdict:
    return GateVerdict("g", "G", Status.FAILED, "m", None, op, threshold, "")


def test_percent_stand_on_a_scale_to_one_hundred() -> None:
    whole, part, none = read(
        bars,
        {
            "unit": "%",
            "held": True,
            "bars": [
                {"label": "models", "value": 96},
                {"label": "utils", "value": 40},
                {"label": "other"},
            ],
        },
        asking("≥", 95),
    )
    assert (whole.width, whole.mark, whole.status, whole.text) == (96, 95, "passed", "96\u00a0%")
    assert (part.width, part.status) == (40, "failed")
    assert (none.width, none.status, none.text) == (0, "errored", "not measured")


def test_where_less_is_better_less_passes() -> None:
    body = {"unit": "queries", "held": True, "bars": [{"label": "few", "value": 5}, {"label": "many", "value": 20}]}
    few, many = read(bars, body, asking("≤", 10))
    assert [(bar.status, bar.width, bar.mark) for bar in (few, many)] == [("passed", 25, 50), ("failed", 100, 50)]


def test_what_is_not_held_against_anything_is_not_judged() -> None:
    body = {"unit": "ms", "bars": [{"label": "a", "value": 50}, {"label": "b", "value": 200}]}
    assert [(bar.status, bar.width, bar.mark) for bar in read(bars, body, asking("≤", 10))] == [
        ("", 25, None),
        ("", 100, None),
    ]


def test_a_grid_says_each_cell_in_words() -> None:
    cells = [{"state": state, "note": note} for state, note in (("yes", "twice"), ("no", ""), ("open", ""))]
    found = read(
        grid, {"corner": "Operation", "columns": ["200", "403", "404"], "rows": [{"label": "GET", "cells": cells}]}
    )
    (row,) = found.rows
    assert [cell.words for cell in row.cells] == ["there: twice", "missing", "not measured"]
    assert [cell.status for cell in row.cells] == ["passed", "failed", "errored"]
    assert found.more == 0


def test_of_a_long_grid_the_rest_is_counted() -> None:
    rows = [{"label": str(n), "cells": []} for n in range(450)]
    found = read(grid, {"columns": [], "rows": rows})
    assert (len(found.rows), found.more) == (300, 150)


def test_percentiles_stand_on_a_logarithmic_axis() -> None:
    values = [float(n) for n in range(1, 101)]
    found = read(
        distribution,
        {"unit": "ms", "series": [{"label": "GET", "values": values}], "lines": [{"label": "required", "value": 1000}]},
    )
    (strip,) = found.strips
    assert strip.text == "median 50.5\u00a0ms, 95 % within 95\u00a0ms"
    assert list(strip.at) == sorted(strip.at)
    (line,) = found.lines
    assert (line.text, line.at > strip.at[4]) == ("required 1,000\u00a0ms", True)
    # From 1 to 1,000 each power of ten is as far from the next.
    at = [tick.at for tick in found.ticks]
    assert [tick.text for tick in found.ticks] == ["1\u00a0ms", "10\u00a0ms", "100\u00a0ms", "1,000\u00a0ms"]
    assert max(b - a for a, b in itertools.pairwise(at)) - min(
        b - a for a, b in itertools.pairwise(at)
    ) == pytest.approx(0, abs=0.05)


NONE_OF_THEM = {
    "bars": [{"bars": [{"label": 3}]}, {"unit": "%"}, [], "x"],
    "grid": [
        {"columns": ["a"], "rows": [{"label": "x", "cells": []}]},
        {"columns": ["a"], "rows": [{"label": "x", "cells": [{"state": "maybe"}]}]},
    ],
    "distribution": [
        {"series": []},
        {"series": [{"label": "x", "values": []}]},
        {"series": [{"label": "x", "values": [0, 1]}]},
        {"series": [{"label": "x", "values": [-1]}]},
    ],
}


@pytest.mark.parametrize(("kind", "body"), [(kind, body) for kind, bodies in NONE_OF_THEM.items() for body in bodies])
def test_what_is_no_plot_is_shown_as_text(kind: str, body: object) -> None:
    assert exhibit(Artefact("a", "A", kind, json.dumps(body), "m")).kind == "text"


@pytest.mark.parametrize("number", ["NaN", "1e999", "Infinity"])
def test_a_number_that_is_none_is_no_plot(number: str) -> None:
    body = f'{{"bars": [{{"label": "x", "value": {number}}}]}}'
    with pytest.raises((ValueError, msgspec.MsgspecError)):
        bars(body)
    assert exhibit(Artefact("a", "A", "bars", body, "m")).kind == "text"
