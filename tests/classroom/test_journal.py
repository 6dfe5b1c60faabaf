"""The journal keeps everything, and takes nothing that is not its own."""

import stat
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from grader.classroom.database import NAME, readable
from grader.classroom.held import held, room
from grader.classroom.journal import Journal
from grader.classroom.people import Decision, HandIn
from grader.classroom.records import Scored
from grader.domain.errors import EnvironmentError_, UsageError_
from grader.given.roster import Student
from tests.classroom.samples import measured

AT = "2026-03-01T12:00:00Z"


def record(journal: Journal, number: int, **more: object) -> None:
    given: dict[str, object] = {"mark": "m", "basis": "b", "outcome": "measured", "at": AT, "seconds": 1.5}
    journal.record(number, **(given | more))  # type: ignore[arg-type]


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    handed = HandIn("zoë", 2, Path("class/caf\udce9"), datetime(2026, 3, 1, 12, tzinfo=UTC))
    decision = Decision("zoë", "judgement", "domain.one", "passed", "It does.", "Grace", AT)
    with Journal(tmp_path, create=True) as journal:
        number = journal.hand_in(handed)
        assert journal.hand_in(handed) == number
        journal.hand_in(replace(handed, attempt=1, submitted_at=None))
        record(journal, number, outcome="errored", message="half \udce9", hint="Again.")
        record(journal, number, measured=measured())
        journal.enrol([Student("zoë", "Zoë Ünal"), Student("ada")])
        journal.enrol([Student("zoë", "Zoë Ünal")])
        journal.decide(decision)
        journal.decide(replace(decision, withdrawn=True))
        journal.note_scores([Scored("zoë", "87.5", "graded", "graded", "Grace", AT)])
        journal.state(assignment="02-domain-modeling")
    with Journal(tmp_path) as journal:
        first, second = journal.entries()
        assert (first.attempt, first.outcome, first.measured) == (1, None, None)
        assert (second.attempt, second.submitted_at) == (2, "2026-03-01T12:00:00+00:00")
        assert second.measured == measured()
        assert [e.number for e in journal.entries(number)] == [number]
        assert journal.known()[number].outcome == "measured"
        assert journal.students() == (Student("zoë", "Zoë Ünal"),)
        assert journal.decisions() == (decision, replace(decision, withdrawn=True))
        assert [s.score for s in journal.scores()] == ["87.5"]
        assert journal.facts() == {"assignment": "02-domain-modeling"}
        assert journal.handed_in() == ("zoë",)


def test_it_is_the_graders_own(tmp_path: Path) -> None:
    """It has what hidden checks expected and saw."""
    with Journal(tmp_path, create=True):
        assert stat.S_IMODE((tmp_path / NAME).stat().st_mode) == 0o600


def test_a_folder_without_one_a_newer_one_and_a_damaged_one_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(UsageError_, match="holds no class"):
        Journal(tmp_path)
    with Journal(tmp_path, create=True) as journal:
        journal._db.execute("PRAGMA user_version = 9")
    with pytest.raises(UsageError_, match=r"written by a newer version of the grader \(9; this one reads up to 2\)"):
        Journal(tmp_path)
    (tmp_path / NAME).write_bytes(b"no database" * 1000)
    with pytest.raises(EnvironmentError_, match="cannot be used: file is not a database"):
        Journal(tmp_path)
    with pytest.raises(EnvironmentError_, match="cannot be used"):
        readable(tmp_path, lambda: Journal(tmp_path / "no" / "folder", create=True))


def test_whose_work_was_measured_by_other_checks_before(tmp_path: Path) -> None:
    said = measured()
    with Journal(tmp_path, create=True) as journal:
        for name, kept in {
            "again": [("m", "b"), ("m", "c")],
            "once": [("m", "c")],
            "other-bytes": [("m", "b"), ("n", "c")],
            "same-checks": [("m", "b"), ("m", "b")],
        }.items():
            number = journal.hand_in(HandIn(name, 1, Path(name)))
            for mark, basis in kept:
                record(journal, number, mark=mark, basis=basis, measured=said)
        assert journal.measured_again() == ("again",)


def test_a_damaged_page_is_said_when_it_is_read(tmp_path: Path) -> None:
    with Journal(tmp_path, create=True) as journal:
        for number in range(40):
            record(journal, journal.hand_in(HandIn(f"s{number:02d}", 1, Path("x"))), measured=measured())
    whole = bytearray((tmp_path / NAME).read_bytes())
    whole[4096 * 12 : 4096 * 30] = bytes(4096 * 18)
    (tmp_path / NAME).write_bytes(whole)
    with Journal(tmp_path) as journal, pytest.raises(EnvironmentError_, match="cannot be used"):
        readable(tmp_path, lambda: list(journal.entries()))


def test_two_runs_on_one_folder_refuse_each_other(tmp_path: Path) -> None:
    with held(tmp_path / "out"):
        with pytest.raises(UsageError_, match="another run is at work"), held(tmp_path / "out"):
            pass
        with held(tmp_path / "other"):
            pass
    with held(tmp_path / "out"):
        pass
    with pytest.raises(OSError, match="mine"), held(tmp_path / "out"):
        raise OSError("mine")
    with pytest.raises(UsageError_, match="cannot be written"), held(Path("/proc/out")):
        pass


def test_the_room_of_a_run_that_was_killed_is_removed_and_nothing_else(tmp_path: Path) -> None:
    left = tmp_path / "track-class-abc"
    mine = tmp_path / "thesis"
    for folder in (left, mine):
        folder.mkdir()
        (folder / "file").touch()
    with room(str(left)) as here:
        assert here.is_dir()
        assert not left.exists()
    assert not here.exists()
    with room("") as at_work, room(str(at_work)):  # the folder of a class was copied while it was graded
        assert at_work.is_dir()
    for other in ("", str(mine), str(tmp_path / "track-class-gone")):
        with room(other):
            assert mine.is_dir()


def test_a_full_disk_is_called_one(tmp_path: Path) -> None:
    with Journal(tmp_path, create=True) as journal:
        journal._db.execute("PRAGMA max_page_count = 1")
        many = [HandIn(f"s{number}" * 400, 1, Path("x")) for number in range(99)]
        with pytest.raises(EnvironmentError_, match="is full") as error:
            readable(tmp_path, lambda: journal.register(many))
        assert "Make room" in error.value.hint
        assert journal.handed_in() == ()


def test_who_is_written_otherwise_is_the_same(tmp_path: Path) -> None:
    """A folder was called ADA before there was a roster, which has her as ada: that is one attempt."""
    with Journal(tmp_path, create=True) as journal:
        assert list(journal.register([HandIn("ADA", 1, Path("ADA")), HandIn("bo", 1, Path("bo"))])) == [1, 2]
        assert list(journal.register([HandIn("ada", 1, Path("ADA")), HandIn("ada", 2, Path("a2"))])) == [1, 3]
        assert journal.handed_in() == ("ada", "bo")
        assert journal.count() == 3
        assert journal.absent({1, 3}) == ("bo (attempt 1)",)
        assert journal.absent({1, 2, 3}) == ()


def test_what_is_no_text_is_kept_as_far_as_it_can_be(tmp_path: Path) -> None:
    with Journal(tmp_path, create=True) as journal:
        journal.state(room="/tmp/\udcff")
        journal.decide(Decision("a", "override", "", "3", "so \udcff", "Gr\udcffce", "2026-03-02T10:00:00Z"))
        journal.note_scores([Scored("a", "3", "graded", "why \udcff", "\udcff", "2026-03-02T10:00:00Z")])
        assert (journal.decisions()[0].reason, journal.decisions()[0].author) == ("so ?", "Gr?ce")
        assert journal.facts()["room"] == "/tmp/?"
        assert journal.scores()[0].why == "why ?"
