"""The witness and the rules that a schema may hold: those of Django's are carried out, and none does harm."""

import datetime
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from grader.environment import prepare
from grader.stage.outcome import Failed, Refused
from tests.stage import schema

REFERENCE = Path(__file__).parents[2] / "capstone" / "reference"
BEGINS = datetime.datetime(2031, 12, 31, 23, 30, tzinfo=datetime.UTC)
ENDS = BEGINS + datetime.timedelta(hours=1)
SOON = BEGINS + datetime.timedelta(minutes=59)
GOOD = {"code": "Second", "data": '{"a": [1]}', "begins": BEGINS, "ends": ENDS}


@pytest.fixture(scope="session")
def site(state_dir: Path) -> Path:
    """The folder of the reference application's packages."""
    cache = state_dir / "environments"
    return prepare(REFERENCE, course_lock=REFERENCE, cache=cache, progress=lambda text: None).site


@pytest.fixture
def by_django(opened, room: Path, site: Path):
    """The observer of a file with a table that Django has made, of which there is one row."""
    where = {"PYTHONPATH": str(site)}
    subprocess.run([sys.executable, "-S", schema.__file__, str(room / "a.sqlite3")], env=where, check=True)
    return opened.observer()


def _registered(room: Path, *statements: str) -> None:
    """Carries out statements in the file, on a connection with functions of a project's own."""
    with sqlite3.connect(room / "a.sqlite3", autocommit=True) as base:
        base.create_function("regexp", 2, lambda pattern, text: True, deterministic=True)
        base.create_function("unaccent", 1, lambda text: text, deterministic=True)
        for statement in statements:
            base.execute(statement)
    base.close()


def _rewritten(room: Path, wrong: str) -> None:
    """Puts a function into the check of a table that SQLite would not take from anybody."""
    _registered(
        room,
        "CREATE TABLE odd (a text CHECK (length(a) > 0))",
        "PRAGMA writable_schema = ON",
        f"UPDATE sqlite_master SET sql = replace(sql, 'length(a) > 0', '{wrong}')",
    )


def test_rules_that_django_makes_are_carried_out(by_django) -> None:
    assert by_django.rows("entry", "code") == [{"code": "First"}]
    by_django.insert("entry", **GOOD)
    by_django.update("entry", {"code": "Third"}, code="Second")
    assert [row["code"] for row in by_django.rows("entry", "id", "code")] == ["First", "Third"]
    assert {one.name for one in by_django.constraints("entry")} >= {"letters", "an_hour_at_least", "another_code"}
    assert {one.name for one in by_django.indexes("entry")} >= {"backwards", "another_code"}


@pytest.mark.parametrize(
    ("changes", "kind", "constraint"),
    [
        ({"code": "2nd"}, "check", "letters"),
        ({"code": "Longerthanthat"}, "check", "short"),
        ({"code": "fIRST"}, "unique", ""),
        ({"data": "{"}, "check", ""),
        ({"ends": SOON}, "check", "an_hour_at_least"),
        ({"begins": BEGINS.replace(year=1999)}, "check", "of_this_century"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_rules_that_django_makes_refuse(by_django, changes: dict[str, object], kind: str, constraint: str) -> None:
    with pytest.raises(Refused) as caught:
        by_django.insert("entry", **{**GOOD, **changes})
    assert caught.value.kind == kind
    assert caught.value.constraint.startswith(constraint)
    assert by_django.count("entry") == 1


def test_a_generated_column_is_there_and_is_no_evidence(by_django) -> None:
    """As on PostgreSQL: what the database computes nobody has stored."""
    assert {"year", "day"} <= {column.name for column in by_django.columns("entry")}
    assert by_django.rows("entry") == [
        {"id": 1, "code": "First", "data": '{"a": 1}', "begins": None, "ends": None},
    ]
    for name in ("year", "day"):
        with pytest.raises(Failed, match=f"a column {name} of entry that is stored"):
            by_django.rows("entry", "id", name)
        with pytest.raises(Failed, match="the database computes it"):
            by_django.count("entry", **{name: 2031})


@pytest.mark.slow
def test_a_regular_expression_without_end_is_said_to_be_one(opened, room: Path) -> None:
    _registered(room, "CREATE TABLE odd (a text CHECK (a REGEXP '^(A+)+$'))")
    db = opened.observer()
    # On a busy machine a minute may pass before it has had its 8 s of the processor, and then the witness is ended.
    with pytest.raises(Failed, match=r"come to an end within 8 s; observed they do not|read within reason"):
        db.insert("odd", a="A" * 50 + "b")
    db.insert("odd", a="AA")
    assert db.count("odd") == 1


def test_a_function_of_the_project_s_own_is_named(opened, room: Path) -> None:
    _registered(room, "CREATE TABLE odd (a text CHECK (unaccent(a) = a))", "INSERT INTO odd VALUES ('é')")
    db = opened.observer()
    assert db.rows("odd", "a") == [{"a": "é"}]
    with pytest.raises(Failed, match=r"they call unaccent\(\), which only the project itself registers"):
        db.insert("odd", a="e")


@pytest.mark.parametrize(
    "call",
    ["load_extension(a)", "fts3_tokenizer(a) IS NULL", "fts3_tokenizer(''simple'', x''00'') IS NULL"],
)
def test_what_reaches_further_is_off(opened, room: Path, call: str) -> None:
    _rewritten(room, call)
    with pytest.raises(Failed):
        opened.observer().insert("odd", a="simple")


def test_the_same_without_such_a_function_is_written(opened, room: Path) -> None:
    """The control of the test above."""
    _rewritten(room, "typeof(a) IS NOT NULL")
    opened.observer().insert("odd", a="simple")


def test_a_function_that_takes_all_memory_harms_the_witness_only(opened, room: Path) -> None:
    trigger = "CREATE TRIGGER t BEFORE INSERT ON odd BEGIN SELECT length(REPEAT('x', 2000000000)); END"
    _registered(room, "CREATE TABLE odd (a text)", trigger)
    db = opened.observer()
    with pytest.raises(Failed):
        db.insert("odd", a="x")
    assert db.count("odd") == 0


LARGE = {
    "a condition of many parts": [f"CREATE TABLE odd (a text, CHECK ({' OR '.join(['a <> 1'] * 900)}))"],
    "a view of many parts": ["CREATE TABLE odd (a)", f"CREATE VIEW v AS {' UNION ALL '.join(['SELECT 1'] * 400)}"],
}


@pytest.mark.parametrize("name", LARGE)
def test_what_sqlite_takes_from_the_project_is_read(opened, name: str) -> None:
    db = opened(*LARGE[name])
    db.insert("odd", a="x")
    assert db.count("odd") == 1


def test_a_long_text_and_a_deep_thread_are_written(opened) -> None:
    """A cascade goes down by one level of triggers for each reply."""
    db = opened(
        "CREATE TABLE reply (id integer PRIMARY KEY, text text, "
        "parent integer REFERENCES reply (id) ON DELETE CASCADE)",
        "INSERT INTO reply VALUES (1, 'first', NULL)",
        *(f"INSERT INTO reply VALUES ({n}, 'more', {n - 1})" for n in range(2, 200)),
    )
    db.insert("reply", id=500, text="x" * (5 << 20), parent=1)
    assert db.count("reply") == 200
    db.execute("DELETE FROM reply WHERE id = %s", (1,))
    assert db.count("reply") == 0
