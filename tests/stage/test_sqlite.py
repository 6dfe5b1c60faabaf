"""The witness against files as a project may leave them: it reads what is committed in ordinary tables, or says no."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from grader.agent.client import AgentFault
from grader.stage.outcome import Failed, Refused
from grader.stage.sqlite.witness import Witness

TABLE = "CREATE TABLE post (id integer PRIMARY KEY, title text UNIQUE CHECK (title != ''), kind text NOT NULL)"
KILLED = """
import os, sqlite3, sys
base = sqlite3.connect(sys.argv[1], isolation_level=None)
base.execute("PRAGMA cache_size = 1")
base.execute("BEGIN")
base.executemany("INSERT INTO post VALUES (NULL, ?, 'x')", [(f"{n}" * 500,) for n in range(500)])
os._exit(0)
"""


def test_what_is_written_is_in_the_file(opened, room: Path) -> None:
    db = opened(TABLE, "INSERT INTO post VALUES (1, 'one', 'x')")
    db.insert("post", id=2, title="two", kind="y")
    db.update("post", {"kind": "z"}, id=1)
    assert db.rows("post") == [{"id": 1, "title": "one", "kind": "z"}, {"id": 2, "title": "two", "kind": "y"}]
    with sqlite3.connect(room / "a.sqlite3") as base:
        assert base.execute("SELECT count(*) FROM post WHERE kind IN ('y', 'z')").fetchone() == (2,)


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ({"id": 2, "title": "one", "kind": "x"}, "unique"),
        ({"id": 2, "title": "", "kind": "x"}, "check"),
        ({"id": 2, "title": "two", "kind": None}, "not-null"),
        ({"id": 1, "title": "two", "kind": "x"}, "unique"),
    ],
)
def test_what_is_refused(opened, row: dict[str, object], kind: str) -> None:
    db = opened(TABLE, "INSERT INTO post VALUES (1, 'one', 'x')")
    with pytest.raises(Refused) as caught:
        db.insert("post", **row)
    assert caught.value.kind == kind
    assert db.count("post") == 1


def test_a_view_in_the_place_of_a_table_is_not_believed(opened) -> None:
    db = opened("CREATE TABLE kept (id, title)", "CREATE VIEW post AS SELECT 1 AS id, 'false' AS title")
    with pytest.raises(Failed):
        db.rows("post", "id", "title")
    assert db.rows("kept", "id", "title") == []


def test_what_was_never_committed_is_not_seen(opened, room: Path) -> None:
    """A hot journal, as a process leaves it that was killed: many pages, of which some have reached the file."""
    opened(TABLE, "INSERT INTO post VALUES (1, 'one', 'x')")
    subprocess.run([sys.executable, "-c", KILLED, str(room / "a.sqlite3")], check=True)
    assert (room / "a.sqlite3-journal").stat().st_size > 0
    db = opened.observer()
    assert db.count("post") == 1
    db.insert("post", title="two", kind="y")
    assert db.count("post") == 2


def test_what_stands_in_the_write_ahead_log_is_seen(opened, room: Path) -> None:
    opened(TABLE, "PRAGMA journal_mode = WAL")
    base = sqlite3.connect(room / "a.sqlite3", autocommit=True)
    base.execute("INSERT INTO post VALUES (1, 'one', 'x')")
    assert (room / "a.sqlite3-wal").stat().st_size > 0
    assert opened.observer().count("post") == 1
    base.close()


def _link(path: Path) -> None:
    path.symlink_to("/etc/passwd")


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _junk(path: Path) -> None:
    path.write_bytes(b"SQLite format 3\0" + os.urandom(5000))


def _large(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(40 << 20)


@pytest.mark.parametrize("make", [_link, _pipe, _junk, _large])
def test_what_is_no_database_fails_and_the_next_file_is_read(opened, room: Path, make) -> None:
    make(room / "a.sqlite3")
    with pytest.raises(Failed):
        opened.observer().rows("post", "id")
    (room / "a.sqlite3").unlink()
    assert opened(TABLE).count("post") == 0


def test_a_trigger_has_no_rights(opened) -> None:
    """It may change the file that it is in; nothing else opens."""
    db = opened(TABLE, "CREATE TRIGGER t AFTER INSERT ON post BEGIN UPDATE post SET kind = 'by trigger'; END")
    db.insert("post", title="two", kind="y")
    assert db.rows("post", "kind") == [{"kind": "by trigger"}]
    for statement in ("ATTACH '/tmp/other' AS other", "SELECT load_extension('x')", "PRAGMA writable_schema = ON"):
        with pytest.raises(Failed):
            db.execute(statement)


def test_a_trigger_without_end_is_stopped(opened) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    db = opened(TABLE, f"CREATE TRIGGER t BEFORE INSERT ON post BEGIN SELECT ({endless}); END")
    with pytest.raises(Failed):
        db.insert("post", title="two", kind="y")


def test_more_rows_than_anybody_reads(opened) -> None:
    counted = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 20000)"
    many = f"{counted} INSERT INTO post SELECT i, i, 'x' FROM n"
    with pytest.raises(Failed, match="more rows"):
        opened(TABLE, many).rows("post", "id")


def test_a_database_begins_as_it_was_kept(opened, room: Path, witness: Witness) -> None:
    opened(TABLE)
    folder = opened.folder
    witness.settle(folder, "a")
    kept = folder.get("a")
    for name in ("b", "c"):
        witness.put(folder, name, kept)
    assert (room / "b.sqlite3").read_bytes() == (room / "c.sqlite3").read_bytes() == kept
    with pytest.raises(AgentFault, match="no room"):
        witness.put(folder, "b", kept)
    folder.remove("b")
    assert not (room / "b.sqlite3").exists()
    _junk(room / "d.sqlite3")
    with pytest.raises(AgentFault, match="cannot be read"):
        witness.settle(folder, "d")


SOURCES = [
    ("class A(models.Model):\n    x = models.ForeignKey(B, related_name='y')\n", 1),
    ("x = [" * 500, 0),
    ("(" * 100_000, 0),
    ("class \0", 0),
    ("def f(:\n", 0),
    ("-" * 190_000 + "1", 0),
]


@pytest.mark.parametrize(("text", "count"), SOURCES, ids=lambda v: str(v)[:20])
def test_sources_are_data(witness: Witness, text: str, count: int) -> None:
    """What is no Python has no classes; what kills its parser kills the witness only."""
    try:
        found = witness.source("classes", texts=[["a.py", text]])
    except Failed:
        found = []
    assert len(found) == count
    assert witness.source("functions", text="def f():\n    pass\n") == [(1, 2, 4)]
