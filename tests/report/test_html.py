"""The page: what it says, in which order, and that nothing of a submission becomes markup."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from grader.domain.evidence import Location
from grader.domain.result import GateVerdict
from grader.domain.status import Status
from grader.report import REPORTS
from tests.report.parts import HOSTILE, seen
from tests.report.samples import SAMPLES
from tests.report.samples.graded import mixed
from tests.report.samples.module import TRACEBACK, result

VOID = {"meta", "br", "img", "input", "link", "hr"}


class Outline(HTMLParser):
    """Tags with their attributes, ids and text; complains of anything that is not closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.headings: list[str] = []
        self.text = ""
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(sorted(name for name, _ in attrs))))
        given = dict(attrs)
        self.links += [given[name] or "" for name in ("href", "src") if name in given]
        self.ids += [given["id"] or ""] if "id" in given else []
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def page(name: str) -> str:
    return REPORTS["html"].render(SAMPLES[name]())


@pytest.mark.parametrize("name", SAMPLES)
def test_every_page_is_whole_and_alone(name: str) -> None:
    outline = Outline(page(name))
    names = {tag for tag, _ in outline.tags}
    assert not names & {"script", "img", "iframe", "object", "embed", "link", "form", "base"}
    assert not [
        attr for _, attrs in outline.tags for attr in attrs if attr.startswith("on") or attr in ("src", "style")
    ]
    assert all(link.startswith(("#", "https://docs.djangoproject.com/")) for link in outline.links)
    assert len(outline.ids) == len(set(outline.ids))
    assert {link[1:] for link in outline.links if link.startswith("#")} <= set(outline.ids)
    assert {"main", "header", "footer"} <= names
    assert outline.headings[0] == "h1"
    assert outline.headings.count("h1") == 1
    assert "url(http" not in page(name)


def test_top_to_bottom() -> None:
    text = Outline(page("mixed")).text
    order = [
        "Not met yet",
        "68",
        "Next step",
        "Criteria",
        "two different slugs",
        "Two saves at once",
        "5 criteria pass",
    ]
    order += ["PK primary key", "On the capstone’s rubric", "Where this comes from", "271828"]
    places = [text.index(words, text.index("Not met yet")) for words in order]
    assert places == sorted(places)
    assert "grader check --module 02 --only domain.slug-collision" in text
    assert "A hidden check found this. Compare your work with task 2 of the brief." in text


def test_failures_are_open_and_passes_folded() -> None:
    text = page("mixed")
    assert text.count('<details class="criterion failed"') == text.count('open>\n<summary><span class="status failed"')
    assert '<details class="passes">' in text
    assert '<details class="passes" open>' in page("full_marks")


@pytest.mark.parametrize("name", ["ungraded", "empty"])
def test_what_is_not_graded_shows_no_score(name: str) -> None:
    assert 'class="score"' not in page(name)


def test_gates_show_what_was_measured_and_what_was_asked_for() -> None:
    gate = GateVerdict("unit", "Unit coverage", Status.FAILED, "coverage.unit", 91.5, "≥", 95.0, "%", "coverage 7")
    text = Outline(REPORTS["html"].render(replace(mixed(), gates=(gate,)))).text
    assert re.search(r"Unit coverage 91\.5 % \(required ≥ 95 %\) by coverage 7", " ".join(text.split()))


@pytest.mark.parametrize("report", ["html", "markdown", "junit"])
def test_a_gate_without_a_measurement_says_why(report: str) -> None:
    why = "The suite did not end within 10 minutes."
    gate = GateVerdict("unit", "Unit coverage", Status.FAILED, "coverage.unit", None, "≥", 95.0, "%", "", why)
    assert "did not end within 10 minutes" in REPORTS[report].render(replace(mixed(), gates=(gate,)))


def rendered(text: str) -> str:
    bad = seen("domain.models", Status.FAILED, check=text, sentence=text, expected=text, observed=text, public=True)
    bad = replace(bad, where=Location(text, 1), traceback=text)
    return REPORTS["html"].render(result(bad, notices=(text,)))


@settings(max_examples=40, deadline=None)
@given(st.text(min_size=1))
@example(HOSTILE)
@example("{{ 7*7 }}{% raw %}")
@example(TRACEBACK)
@example("run `poetry lock` and `<b>`")
def test_no_text_changes_the_structure_of_the_page(text: str) -> None:
    tags = [tag for tag in Outline(rendered(text)).tags if tag != ("code", ())]
    assert tags == [tag for tag in Outline(rendered("plain")).tags if tag != ("code", ())]
