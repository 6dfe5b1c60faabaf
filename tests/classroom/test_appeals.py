"""Appeals in a class: what was decided is kept in its order, and each score that moved is found with its reason."""

from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from grader.classroom.appeals import accepted, changes, effects, of_work, rounds
from grader.classroom.gradebook import Book
from grader.classroom.journal import Journal
from grader.classroom.overview import overview
from grader.classroom.page import render
from grader.classroom.people import HandIn
from grader.classroom.policy import Policy
from grader.classroom.records import Appealed, Scored
from grader.domain.errors import UsageError_
from grader.given.roster import Student
from tests.classroom.samples import ASSIGNMENT, MODULE, measured
from tests.report.parts import HOSTILE

AT = "2026-03-01T12:00:00Z"
ONE = Appealed("0123456789ab", "ada", "domain.one", "accepted", "accepted/x", "It holds.", "Grace", AT)


def scored(student: str, score: str, why: str = "graded") -> Scored:
    return Scored(student, score, "graded", why, "Grace", AT)


def test_a_first_score_is_no_change_and_a_name_is_one_whatever_its_case() -> None:
    found = changes(
        [scored("Ada", "50"), scored("bo", ""), scored("ada", "50"), scored("ADA", "80", "x"), scored("bo", "9")]
    )
    assert [(c.student, c.before, c.now, c.why) for c in found] == [("ADA", "50", "80", "x"), ("bo", "", "9", "graded")]


def test_a_change_is_of_the_appeal_that_it_names() -> None:
    moved = changes(
        [scored("ada", "50"), scored("bo", "50"), scored("ada", "80", ONE.why), scored("bo", "60", "by hand")]
    )
    (effect,) = effects([replace(ONE, verdict="rejected"), ONE], moved)
    assert effect.decision == ONE
    assert [m.student for m in effect.moved] == ["ada"]


def test_what_was_changed_together_is_told_together() -> None:
    moved = changes([scored(n, "1") for n in "abc"] + [scored(n, "2", "x") for n in "ab"] + [scored("c", "2", "y")])
    assert [(r.why, [m.student for m in r.moved]) for r in rounds(moved)] == [("x", ["a", "b"]), ("y", ["c"])]


def test_decisions_are_kept_and_the_last_one_holds(tmp_path: Path) -> None:
    with Journal(tmp_path, create=True) as journal:
        with pytest.raises(UsageError_, match="no appeal 0123456789ab was decided"):
            accepted(journal, ONE.appeal)
        journal.note_appeal(ONE)
        assert accepted(journal, ONE.appeal) == ONE
        journal.note_appeal(replace(ONE, verdict="rejected", reason="half \ud800"))
        with pytest.raises(UsageError_, match="was rejected"):
            accepted(journal, ONE.appeal)
        assert [a.verdict for a in journal.appeals()] == ["accepted", "rejected"]


def test_whose_work_a_tree_is(tmp_path: Path) -> None:
    with Journal(tmp_path, create=True) as journal:
        for name in ("ada", "bo"):
            number = journal.hand_in(HandIn(name, 1, Path(name)))
            said = measured(tree_hash=name)
            journal.record(number, mark="m", basis="b", outcome="measured", at=AT, seconds=1.0, measured=said)
        assert [entry.student for entry in of_work(journal, "bo")] == ["bo"]
        assert of_work(journal, "cy") == ()


class Seen(HTMLParser):
    """What a browser makes of a page: its elements, and their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


def test_who_moved_is_cut_short_and_told_in_full_below() -> None:
    moved = changes([scored(f"s{n:02d}", score, ONE.why) for score in ("50", "80") for n in range(25)])
    page = render(overview(MODULE, (), {}, effects([ONE], moved), rounds(moved)))
    above, below = page[page.index('id="appeals"') : page.index('id="items"')], page[page.index('id="changes"') :]
    assert '<a href="#changes">and 5 more</a>' in above
    assert (above.count(" 50 → 80"), below.count(" 50 → 80")) == (20, 25)
    assert "25 scores" in below


def test_the_page_shows_them_and_no_text_acts() -> None:
    grades = tuple(Book(ASSIGNMENT, Policy(), {}).grades((Student("ada"),), ()))
    hostile = Appealed(HOSTILE, HOSTILE, HOSTILE, "accepted", HOSTILE, HOSTILE, HOSTILE, HOSTILE)
    moved = changes([scored(HOSTILE, "50"), replace(scored(HOSTILE, "80", hostile.why), author=HOSTILE, at=HOSTILE)])
    page = render(overview(MODULE, grades, {}, effects([ONE, hostile], moved), rounds(moved)))
    seen = Seen()
    seen.feed(page)
    assert not seen.tags & {"script", "img", "iframe", "form", "object", "embed", "base"}
    assert not [name for name, _ in seen.attributes if name.startswith("on")]
    assert all(value.startswith("#") for name, value in seen.attributes if name in ("href", "src"))
    assert not set(page) & set("\x1b\x07\r\u202e")
    assert (
        page.index('id="appeals"')
        < page.index("Nobody’s score moved")
        < page.index('id="items"')
        < page.index('id="changes"')
    )
    assert 'id="appeals"' not in render(overview(MODULE, grades, {}))
    assert 'id="changes"' not in render(overview(MODULE, grades, {}))
