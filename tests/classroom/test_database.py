"""Journals of other versions: an earlier one is taken along with all that is in it, a newer one is refused in words."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.classroom.database import NAME
from grader.classroom.journal import Journal
from grader.classroom.people import HandIn
from grader.classroom.tables import UPGRADES, VERSION
from grader.cli.main import grader
from grader.domain.errors import EnvironmentError_, UsageError_
from tests.classroom.samples import measured
from tests.classroom.test_journal import record


def of_version_1(folder: Path) -> None:
    """A journal with an outcome in it, as it was before there were appeals."""
    with Journal(folder, create=True) as journal:
        record(journal, journal.hand_in(HandIn("ada", 1, Path("x"))), measured=measured())
        journal._db.execute("DROP TABLE appeals")
        journal._db.execute("PRAGMA user_version = 1")


def tables(folder: Path) -> tuple[int, set[tuple[str, str]]]:
    """The version, and the tables as they were made."""
    with closing(sqlite3.connect(folder / NAME)) as db:
        (version,) = db.execute("PRAGMA user_version").fetchone()
        made = {
            (name, " ".join((sql or "").split())) for name, sql in db.execute("SELECT name, sql FROM sqlite_schema")
        }
    return version, made


def test_one_of_an_earlier_version_becomes_one_of_this_with_all_that_is_in_it(tmp_path: Path) -> None:
    of_version_1(tmp_path)
    with Journal(tmp_path) as journal:
        assert journal.upgraded_from == 1
        assert [entry.student for entry in journal.entries()] == ["ada"]
        assert journal.appeals() == ()
    with Journal(tmp_path) as journal:
        assert journal.upgraded_from is None
    (tmp_path / "new").mkdir()
    with Journal(tmp_path / "new", create=True) as journal:
        assert journal.upgraded_from is None
    assert tables(tmp_path) == tables(tmp_path / "new")
    assert tables(tmp_path)[0] == VERSION


def test_every_version_leads_to_this_one() -> None:
    assert sorted(UPGRADES) == list(range(1, VERSION))


def test_two_that_open_an_earlier_one_at_once_both_have_it(tmp_path: Path) -> None:
    of_version_1(tmp_path)
    with closing(sqlite3.connect(tmp_path / NAME, isolation_level=None)) as first, ThreadPoolExecutor() as pool:
        first.execute("BEGIN IMMEDIATE")
        second = pool.submit(lambda: Journal(tmp_path).close())
        first.execute(UPGRADES[1][0])
        first.execute(f"PRAGMA user_version = {VERSION}")
        first.execute("COMMIT")
        second.result(timeout=30)
    assert tables(tmp_path)[0] == VERSION


def test_what_broke_off_in_between_left_the_earlier_one_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    of_version_1(tmp_path)
    before = tables(tmp_path)
    monkeypatch.setitem(UPGRADES, 1, (*UPGRADES[1], "no statement"))
    with pytest.raises(EnvironmentError_, match="cannot be used"):
        Journal(tmp_path)
    assert tables(tmp_path) == before


@pytest.mark.parametrize("version", [VERSION + 1, 2**31 - 1, -1])
def test_a_newer_one_is_refused_and_left_as_it_is(tmp_path: Path, version: int) -> None:
    with Journal(tmp_path, create=True) as journal:
        journal._db.execute(f"PRAGMA user_version = {version}")
    before = tables(tmp_path)
    with pytest.raises(UsageError_, match="newer version of the grader") as told:
        Journal(tmp_path)
    assert "Go on with the grader that wrote it" in told.value.hint
    assert tables(tmp_path) == before


def test_a_command_says_once_that_it_took_one_along(tmp_path: Path) -> None:
    of_version_1(tmp_path)
    first, second = (CliRunner().invoke(grader, ["score", str(tmp_path), "--history"]) for _ in range(2))
    assert "was of an earlier version of the grader and is of this one from now on" in first.stderr
    assert "An earlier grader will refuse it." in first.stderr
    assert (first.exit_code, second.exit_code, second.output) == (0, 0, "")
