"""Diagrams: every table once, none on top of another, every link from its row to its table."""

import re
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.report.diagram import Box, Column, Link, Schema, Table, draw, parse
from tests.report.samples import SCHEMA

NAMES = [f"table_{n}" for n in range(9)]


def table(name: str, columns: int = 3) -> Table:
    return Table(name, [Column(f"column_{n}", "bigint", pk=n == 0) for n in range(columns)])


def apart(one: Box, other: Box) -> bool:
    beside = one.x + one.width <= other.x or other.x + other.width <= one.x
    return beside or one.y + one.height <= other.y or other.y + other.height <= one.y


SCHEMAS = st.builds(
    lambda sizes, pairs: Schema(
        [table(name, size) for name, size in zip(NAMES, sizes, strict=False)],
        [Link(NAMES[a], f"column_{column}", NAMES[b], null=column == 1) for a, b, column in pairs],
    ),
    st.lists(st.integers(0, 12), max_size=9),
    st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8), st.integers(0, 12)), max_size=14),
)


@settings(max_examples=80, deadline=None)
@given(SCHEMAS)
def test_any_schema_is_drawn_without_overlap_and_inside_the_picture(schema: Schema) -> None:
    drawing = draw(schema)
    assert [box.name for box in drawing.boxes] == [t.name for t in schema.tables]
    assert all(apart(one, other) for one, other in combinations(drawing.boxes, 2))
    for box in drawing.boxes:
        assert box.x >= 0
        assert box.y >= 0
        assert box.x + box.width <= drawing.width
        assert box.y + box.height <= drawing.height
    known = {t.name for t in schema.tables}
    assert len(drawing.paths) == sum(link.table in known and link.to in known for link in schema.links)
    assert all(re.fullmatch(r"M[-\d]+ [-\d]+( C([-\d]+ ?){6})+", path.d) for path in drawing.paths)


def test_the_sample_is_drawn_from_its_json() -> None:
    import json

    drawing = draw(parse(json.dumps(SCHEMA)))
    post = next(box for box in drawing.boxes if box.name == "posts_post")
    assert [(r.name, r.marks, r.type) for r in post.rows][:3] == [
        ("id", "PK", "bigint"),
        ("title", "", "varchar(200)"),
        ("slug", "U", "varchar(220)"),
    ]
    assert next(r for r in post.rows if r.name == "category_id").type == "bigint?"
    assert {(p.start, p.end) for p in drawing.paths} == {("many", "one"), ("many", "maybe"), ("one-start", "one")}


def test_a_link_begins_at_its_row_and_ends_at_the_key() -> None:
    drawing = draw(Schema([table("a"), table("b")], [Link("a", "column_2", "b")]))
    a, b = drawing.boxes
    numbers = [int(n) for n in re.findall(r"-?\d+", drawing.paths[0].d)]
    assert numbers[:2] == [a.x + a.width, a.y + a.rows[2].y]
    assert numbers[-2:] == [b.x, b.y + b.rows[0].y]


def test_too_many_tables_are_refused() -> None:
    with pytest.raises(ValueError, match="too many"):
        parse('{"tables": [' + ",".join(f'{{"name": "t{n}", "columns": []}}' for n in range(81)) + "]}")


def test_nothing_is_drawn_of_nothing() -> None:
    assert draw(Schema([])).boxes == ()
