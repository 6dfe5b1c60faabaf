"""A class is begun or gone on with, and is the same class then; the lists of an instructor are kept."""

from pathlib import Path

import pytest

from grader.classroom.journal import Journal
from grader.classroom.opening import Lists, begin, hand_ins, take_lists, unplaced
from grader.classroom.people import HandIn
from grader.domain.errors import UsageError_
from grader.given.roster import Student

FACTS = {"assignment": "02-domain-modeling", "how": "{}"}


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    (tmp_path / "class").mkdir()
    for name in ("ada.zip", "bo.zip", "eve.zip"):
        (tmp_path / "class" / name).touch()
    return Journal(tmp_path, create=True)


def test_a_class_is_resumed_only_as_what_it_is(journal: Journal, tmp_path: Path) -> None:
    begin(journal, tmp_path, FACTS, resume=True)
    begin(journal, tmp_path, FACTS | {"how": "other"}, resume=False)  # nothing was handed in yet
    begin(journal, tmp_path, FACTS, resume=False)
    journal.hand_in(HandIn("ada", 1, Path("ada")))
    with pytest.raises(UsageError_, match="holds a class already"):
        begin(journal, tmp_path, FACTS, resume=False)
    with pytest.raises(UsageError_, match="is of the module 02-domain-modeling, and not 03-api"):
        begin(journal, tmp_path, FACTS | {"assignment": "03-api"}, resume=True)
    begin(journal, tmp_path, FACTS, resume=True)


def test_lists_are_kept_and_a_wrong_one_changes_nothing(journal: Journal, tmp_path: Path) -> None:
    roster, policy = tmp_path / "roster.csv", tmp_path / "policy.toml"
    roster.write_text("id,name\nada,Ada\nbo,Bo\n")
    policy.write_text('[[extensions]]\nstudent = "eva"\nuntil = 2026-03-01T12:00:00Z\n')
    assert take_lists(journal, Lists(roster, None, policy)) == ("eva has an extension, and is not in the roster.",)
    roster.write_text("id,name\nada,Ada\nada,Bo\n")
    policy.write_text("")
    with pytest.raises(UsageError_, match="ada is there twice"):
        take_lists(journal, Lists(roster, None, policy))
    assert [s.name for s in journal.students()] == ["Ada", "Bo"]
    assert "eva" in journal.facts()["policy"]
    take_lists(journal, Lists())
    assert len(journal.students()) == 2


def test_an_index_is_in_the_ids_of_the_roster_and_is_not_forgotten(journal: Journal, tmp_path: Path) -> None:
    journal.enrol([Student("ada"), Student("bo")])
    submissions, index = tmp_path / "class", tmp_path / "index.csv"
    found = hand_ins(journal, submissions, None)
    assert [g.student for g in found] == ["ada", "bo", "eve"]
    assert unplaced(journal.students(), found) == ("Not in the roster: eve. They are graded, and left out of exports.",)
    assert unplaced((), found) == ()
    index.write_text("student,path,attempt\nADA,ada.zip,1\nAda,bo.zip,2\n")
    assert [(g.student, g.attempt) for g in hand_ins(journal, submissions, index)] == [("ada", 1), ("ada", 2)]
    with pytest.raises(UsageError_, match="was begun with an index"):
        hand_ins(journal, submissions, None)
    index.write_text("student,path,attempt\nada,ada.zip,1\nbo,bo.zpi,1\ncy,x/cy.zip,1\n")
    with pytest.raises(UsageError_, match=r"names what is not in .*: bo.zpi, x/cy.zip$"):
        hand_ins(journal, submissions, index)
    index.write_text("student,path,attempt\nEVE,ada.zip,1\neve,bo.zip,2\n")
    assert [(g.student, g.attempt) for g in hand_ins(journal, submissions, index)] == [("EVE", 1), ("EVE", 2)]
    index.write_text("student,path,attempt\nEVE,ada.zip,1\neve,bo.zip,1\n")
    with pytest.raises(UsageError_, match="lines 2 and 3: attempt 1 of eve is there twice"):
        hand_ins(journal, submissions, index)
