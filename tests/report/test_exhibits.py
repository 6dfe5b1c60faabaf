"""Artefacts prepared for a page, and bodies that are not what they say."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.domain.evidence import Artefact
from grader.report.exhibits import exhibit


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
