"""Diagrams: every table once, none on top of another, every link from its row to its table."""

import json
import re
import signal
import subprocess
import sys
import time
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.report import diagram, layout
from grader.report.diagram import Column, Link, NotDrawn, Rectangle, Schema, Table, draw, parse
from tests.report.samples.artefacts import SCHEMA

NAMES = [f"table_{n}" for n in range(9)]


def table(name: str, columns: int = 3) -> Table:
    return Table(name, [Column(f"column_{n}", "bigint", pk=n == 0) for n in range(columns)])


def apart(one: Rectangle, other: Rectangle) -> bool:
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


LARGE = {
    "tables": Schema([table(f"t{n}", 1) for n in range(61)]),
    "links": Schema([table("a"), table("b")], [Link("a", "column_1", "b")] * 151),
    "columns": Schema([table("a", 801)]),
}


@pytest.mark.parametrize("what", LARGE)
def test_what_is_too_large_is_refused(what: str) -> None:
    with pytest.raises(NotDrawn, match=rf"too large to draw: \d+ {what}"):
        draw(LARGE[what])


def pairs(kind: str, tables: int) -> list[tuple[int, int]]:
    """Links that give a layout much to do."""
    rest, last = range(1, tables - 1), tables - 1
    return {
        "everything": [(a, b) for a in range(tables) for b in range(a)],
        "a ladder": [*((n, n + 1) for n in range(last)), *((0, n) for n in rest), *((n, last) for n in rest)],
        "two sides": [(a, b) for a in range(tables // 2) for b in range(tables // 2, tables)],
        "a ring": [(a, (a + step) % tables) for step in (1, 7, 11) for a in range(tables)],
    }[kind][:150]


@pytest.mark.parametrize("kind", ["everything", "a ladder", "two sides", "a ring"])
def test_the_largest_that_is_drawn_takes_no_longer_than_people_wait(kind: str) -> None:
    links = [Link(f"t{a}", "column_1", f"t{b}") for a, b in pairs(kind, 60)]
    began = time.monotonic()
    assert len(draw(Schema([table(f"t{n}", 3) for n in range(60)], links)).paths) == len(links)
    assert time.monotonic() - began < 10


BROKEN = {
    "says nothing": "",
    "fails": "raise SystemExit(1)",
    "is killed": "import os; os.kill(os.getpid(), 9)",
    "says nonsense": "print('[')",
    "says too little": "print('[[], []]')",
    "says no numbers": "print('[[[NaN, 1], [1, 1]], [[]]]')",
    "never ends": "import time; time.sleep(60)",
}


@pytest.mark.parametrize("does", BROKEN)
def test_a_layout_that_breaks_off_leaves_a_sentence(does: str, tmp_path, monkeypatch) -> None:
    (tmp_path / "layout.py").write_text(BROKEN[does])
    monkeypatch.setattr(diagram, "_LAYOUT", tmp_path / "layout.py")
    monkeypatch.setattr(diagram, "_PATIENCE_S", 1.0)
    with pytest.raises(NotDrawn, match="time and memory"):
        draw(Schema([table("a"), table("b")], [Link("a", "column_1", "b")]))


@pytest.mark.slow
def test_the_control_the_kernel_ends_the_layout_of_seventy_tables_that_all_refer_to_each_other() -> None:
    links = [(a, b) for a in range(70) for b in range(a)]
    assert len(links) == 2_415
    asked = json.dumps([[[100, 100]] * 70, links])
    ended = subprocess.run([sys.executable, "-I", layout.__file__], input=asked, capture_output=True, text=True)
    assert ended.returncode in (-signal.SIGXCPU, -signal.SIGKILL)
    assert ended.stdout == ""


def test_nothing_is_drawn_of_nothing() -> None:
    assert draw(Schema([])).boxes == ()
