"""Each gate has a page that says what it measures, how to read and mend it, how it can be wrong, and what it costs."""

import json
import re
from pathlib import Path

import pytest

from grader.course.gates import read_rubric
from grader.gates import GATES, METRICS
from tests.gates.prove_performance import key

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "gates"
PARTS = [
    "What it measures",
    "How to read it",
    "How to mend what it finds",
    "How it can be wrong",
    "Budget",
]


def page(gate: str) -> str:
    return (PAGES / f"{gate}.md").read_text("utf-8")


@pytest.mark.parametrize("gate", GATES)
def test_a_page_has_the_same_parts_in_their_order(gate: str) -> None:
    parts = re.findall(r"^## (.+)$", page(gate), re.MULTILINE)
    assert [part for part in parts if part in PARTS] == PARTS


@pytest.mark.parametrize("gate", GATES)
def test_a_page_names_each_metric_of_its_gate(gate: str) -> None:
    assert [metric for metric in GATES[gate].metrics if f"`{metric}`" not in page(gate)] == []


@pytest.mark.parametrize("metric", METRICS)
def test_a_table_asks_for_what_the_rubric_asks_for(metric: str) -> None:
    asked = read_rubric(ROOT)[metric]
    rows = re.findall(rf"^\| `{re.escape(metric)}` \|.*\| ([^|]+) \|$", page(metric.partition(".")[0]), re.MULTILINE)
    assert rows or f"{asked.threshold:g} %" in page(metric.partition(".")[0])
    for row in rows:
        operator, number = re.fullmatch(r"([=≤≥]?) ?([\d.]+)(?: .*)?", row).groups()  # type: ignore[union-attr]
        assert (operator or "=", float(number)) == (asked.op, asked.threshold), row


@pytest.mark.parametrize("gate", GATES)
def test_a_page_is_found_from_the_overview_and_the_navigation(gate: str) -> None:
    assert f"]({gate}.md) |" in (PAGES / "index.md").read_text("utf-8")
    assert f"gates/{gate}.md" in (ROOT / "mkdocs.yml").read_text("utf-8")


def test_the_runs_of_the_duet_are_those_of_the_ledger() -> None:
    noted = json.loads((ROOT / "modules" / "performance.json").read_text("utf-8"))
    columns = ("runs", "within", "above", "undecided", "grown", "plain p95 within 300 ms")
    for kind, found in noted["summary"].items():
        cells = " | ".join(str(found[column]) for column in columns)
        assert f"| {kind} | {cells} |" in page("performance")
    assert sum(found["runs"] for found in noted["summary"].values()) == len(noted["runs"]) >= 60
    assert [kind for kind, found in noted["summary"].items() if found["wrong"]] == []


def test_the_runs_of_the_duet_were_made_under_the_present_code() -> None:
    """The page says so. ``python -m tests.gates.prove_performance`` makes them anew, in about an hour."""
    noted = json.loads((ROOT / "modules" / "performance.json").read_text("utf-8"))
    assert noted["key"] == key()
