"""Artefacts prepared for a page, and bodies that are not what they say."""

import json
import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.domain.evidence import Artefact
from grader.report import REPORTS
from grader.report.exhibits import exhibit
from tests.report.samples.module import result


def shown(kind: str, body: str):  # type: ignore[no-untyped-def]
    return exhibit(Artefact("a", "Title", kind, body, "c"))


def test_a_diff_by_lines() -> None:
    body = "--- a\n+++ b\n@@ -1 +1 @@\n-old\n+new\n same"
    assert [kind for kind, _ in shown("diff", body).lines] == ["file", "file", "hunk", "removed", "added", "same"]


def test_a_long_diff_says_what_is_missing() -> None:
    assert shown("diff", "+x\n" * 3000).lines[-1] == ("file", "… 1,000 more lines")


@pytest.mark.parametrize(
    "body",
    ['{"columns": ["a", "b"], "rows": [[1, null], ["x", true]]}', '[{"a": 1, "b": null}, {"a": "x", "b": true}]'],
)
def test_a_table_by_cells(body: str) -> None:
    table = shown("table", body)
    assert (table.columns, table.rows) == (("a", "b"), (("1", ""), ("x", "true")))


@pytest.mark.parametrize("kind", ["table", "er-diagram", "hologram"])
@pytest.mark.parametrize("body", ["", "{", "[]", "1", '{"tables": 1}', '{"columns": 1, "rows": 2}', "[" * 100_000])
def test_what_cannot_be_read_is_shown_as_text(kind: str, body: str) -> None:
    assert shown(kind, body).kind == "text"
    assert shown(kind, body).text == body


@settings(deadline=None)
@given(st.sampled_from(["diff", "table", "er-diagram", "other"]), st.text())
def test_no_body_stops_the_report(kind: str, body: str) -> None:
    assert shown(kind, body).title == "Title"


def test_a_schema_that_is_too_large_to_draw_is_a_list_that_says_so() -> None:
    names = [f"posts_{n}" for n in range(70)]
    tables = [{"name": name, "columns": [{"name": "id"}, {"name": "other_id"}]} for name in names]
    links = [{"table": a, "column": "other_id", "to": b} for a in names for b in names if a < b]
    assert len(links) == 2_415
    artefact = Artefact("e", "The tables", "er-diagram", json.dumps({"tables": tables, "links": links}), "c")
    began = time.monotonic()
    table = exhibit(artefact)
    assert time.monotonic() - began < 1
    assert (table.kind, table.columns) == ("table", ("Table", "Columns", "Refers to"))
    assert table.note.startswith("This is too large to draw: 70 tables, where 60 can be read in a diagram.")
    assert [row[0] for row in table.rows] == names
    assert table.rows[0][1] == "id, other_id"
    assert table.rows[0][2].startswith("other_id → posts_1, other_id → posts_2, ")
    page = REPORTS["html"].render(result(artefacts=(replace(artefact, criterion="domain.schema-review"),)))
    assert "This is too large to draw" in page


def test_a_table_of_ever_other_columns_is_bounded() -> None:
    began = time.monotonic()
    table = shown("table", json.dumps([{f"column_{n}": n} for n in range(20_000)]))
    assert (len(table.columns), len(table.rows)) == (50, 500)
    assert time.monotonic() - began < 1


@pytest.mark.parametrize("kind", ["diff", "table", "er-diagram"])
def test_a_body_without_end_is_not_read(kind: str) -> None:
    cut = shown(kind, "x" * (5 << 20))
    assert (cut.kind, len(cut.text)) == ("text", 100_000)
    assert "too large" in cut.note


def test_a_line_of_a_diff_is_bounded() -> None:
    assert len(shown("diff", "+" + "x" * 100_000).lines[0][1]) < 1_100
