"""The page of a class: the numbers are right, and no text of a learner's or a roster's acts on it."""

import re
import time
from dataclasses import replace
from decimal import Decimal
from html.parser import HTMLParser

import pytest

from grader.classroom.gradebook import Book
from grader.classroom.overview import Collector, Overview, overview
from grader.classroom.page import render
from grader.classroom.policy import Policy
from grader.classroom.records import Entry
from grader.domain.status import Status
from grader.given.roster import Student
from tests.classroom.samples import ALL, ASSIGNMENT, MODULE, measured
from tests.report.parts import HOSTILE

ONE, TWO, THREE = ALL


def shown(*entries: Entry, students: tuple[Student, ...] = ()) -> Overview:
    collector = Collector()
    grades = tuple(Book(ASSIGNMENT, Policy(), {}, collector.see).grades(students, entries))
    return overview(MODULE, grades, collector.seen)


def entry(student: str, *passed: str, **more: object) -> Entry:
    plain = Entry(1, student, 1, None, "measured", "", "", measured(passed, duration_s=float(len(passed))))
    return replace(plain, **more)  # type: ignore[arg-type]


def test_the_numbers_of_a_class() -> None:
    found = shown(
        entry("a", ONE, TWO, THREE),
        entry("b", ONE, TWO, THREE),
        entry("c", ONE, TWO),
        entry("d", ONE),
        entry("e", ONE, THREE),
        entry("f", outcome="refused", measured=None, message="it is damaged"),
        students=tuple(map(Student, "abcdefg")),
    )
    assert found.counts == {"graded": 5, "not taken in": 1, "not handed in": 1}
    assert (found.mean, found.middle, found.met) == (80.0, 80.0, 4)
    assert found.bins == (0, 0, 0, 0, 0, 1, 0, 1, 1, 2)
    one, two, three, manual = found.criteria
    assert [(c.passed, c.seen, c.note) for c in (one, two, three, manual)] == [
        (5, 5, "everybody passes"),
        (3, 5, ""),
        (3, 5, ""),
        (0, 0, ""),
    ]
    assert (one.discrimination, two.discrimination, manual.discrimination) == (None, 0.17, None)
    assert [row.id for row in found.slowest[:3]] == ["a", "b", "c"]
    assert found.rows[2].statuses == (Status.PASSED, Status.PASSED, Status.FAILED, Status.MANUAL)
    assert found.rows[5].statuses == (None,) * 4
    assert found.rows[0].score == Decimal(100)


def test_what_nobody_passes_and_what_the_weak_pass_is_said() -> None:
    few = [entry(name, ONE, TWO) for name in "abc"] + [entry(name, THREE) for name in "defg"]
    assert [c.note for c in shown(*few).criteria] == ["", "", "those with fewer points pass it more often", ""]
    assert shown(*(entry(name, TWO, THREE) for name in "abcde")).criteria[0].note == "nobody passes"


class Links(HTMLParser):
    """Tags of a page, and where its links go."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value or "" for name, value in attrs if name == "href"]
        assert not [name for name, _ in attrs if name.startswith("on") or name == "src"]


@pytest.mark.parametrize(
    "text", [HOSTILE, "../../etc", 'x" onload="y', "山田 太郎", "a b%2e/../c", "javascript:alert(1)"]
)
def test_no_text_acts(text: str) -> None:
    student = Student(text, text, email=text)
    refused = entry("r" + text, outcome="refused", measured=None, message=text, hint=text)
    page = render(shown(entry(text, ONE), refused, students=(student,)))
    links = Links(page)
    assert not links.tags & {"script", "img", "a:href", "iframe", "link"}
    reports = [link for link in links.links if not link.startswith("#")]
    assert reports
    assert all(re.fullmatch(r"feedback/[^/:\"<>\\]+/report\.html", link) for link in reports)
    assert "\x1b" not in page


def test_an_empty_class_and_one_of_two_thousand() -> None:
    assert "The class" in render(shown())
    assert "not handed in" in render(shown(students=(Student("a"),)))
    began = time.process_time()
    page = render(shown(*(entry(f"s{number:04d}", *ALL[: number % 4]) for number in range(2000))))
    assert time.process_time() - began < 5
    assert len(page) < 4_000_000
