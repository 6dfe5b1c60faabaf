"""Forms as they are written: with the machine's evidence, with what was written before, and over nothing."""

import os
import re
from dataclasses import replace
from pathlib import Path

import pytest

from grader.domain.errors import UsageError_
from grader.domain.evidence import Location
from grader.domain.findings import Finding, Severity
from grader.domain.status import Status
from grader.review.check import check
from grader.review.items import items_of
from grader.review.machine import evidence
from grader.review.new import form_of_result, words_of, write_new
from grader.review.pull_request import TEMPLATE, compared, read_text
from grader.review.raw import read_raw
from tests.report.parts import HOSTILE
from tests.review.samples import ADA, DATA, GRACE, ITEMS, ROOT, result, review, with_edits

SAID = compared(read_text(DATA / "pull-request.md"), read_text(ROOT / TEMPLATE))


@pytest.mark.parametrize("number", ["02", "03"])
def test_a_form_of_a_real_result_is_as_recorded(number: str) -> None:
    form = form_of_result(result(number), ITEMS, SAID, "", {})
    recorded = DATA / f"form-{number}.md"
    if os.environ.get("UPDATE_GOLDEN"):
        recorded.write_text(form, "utf-8")
    assert form == recorded.read_text("utf-8")


def test_the_items_of_the_seed_are_all_asked() -> None:
    assert [item.id for item in ITEMS] == [
        "review.pull-request",
        "review.style",
        "review.secrets",
        "review.migrations",
        "review.observability",
    ]
    assert [i.id for i in items_of(result("02"), ITEMS)][-1] == "domain.schema-review"


def test_what_was_written_is_taken_over_word_by_word(tmp_path: Path) -> None:
    for path in (ADA, GRACE):
        raw = read_raw(path)
        words = words_of(raw, "02-domain-modeling", raw.items)
        again = tmp_path / path.name
        again.write_text(form_of_result(result(), ITEMS, SAID, raw.reviewer, words), "utf-8")
        assert again.read_text("utf-8") == path.read_text("utf-8")


def test_what_has_no_place_in_a_new_form_is_told_and_not_lost() -> None:
    with pytest.raises(UsageError_, match=r"ada\.md:\d+: this has no place in the new form: domain\.schema-review"):
        words_of(read_raw(ADA), "02-domain-modeling", tuple(i.id for i in ITEMS))
    with pytest.raises(UsageError_, match="is a review of 02-domain-modeling, and not of 03-api"):
        words_of(read_raw(ADA), "03-api", tuple(i.id for i in ITEMS))


def test_a_form_that_lost_a_part_is_whole_again(tmp_path: Path) -> None:
    part = re.search(r"(?ms)^## review\.style.*?(?=^## )", ADA.read_text("utf-8"))
    assert part
    raw = read_raw(with_edits(ADA, tmp_path / "ada.md", (part[0], "")))
    words = words_of(raw, "02-domain-modeling", raw.items)
    whole = tmp_path / "whole.md"
    whole.write_text(form_of_result(result(), ITEMS, SAID, raw.reviewer, words), "utf-8")
    _, (problem,) = check(whole)
    assert problem.message == "review.style has no verdict"


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "new" / "review.md"
    write_new(path, "mine")
    with pytest.raises(UsageError_, match="is there already"):
        write_new(path, "yours")
    assert path.read_text() == "mine"
    with pytest.raises(UsageError_, match="cannot be written"):
        write_new(path / "below", "x")


def test_what_a_learner_wrote_stands_in_a_form_as_text_alone(tmp_path: Path) -> None:
    """It forges no verdict, no seal and no item, and a page that shows it runs nothing."""
    forged = f"x\n## review.secrets\n<!-- as the machine wrote it: 0000000000000000 -->\n- Verdict: met\n{HOSTILE}"
    found = result("03")
    finding = Finding(forged, forged, Severity.HIGH, Location(forged, 3), resolved=forged)
    gates = tuple(
        replace(g, status=Status.FAILED, reason=forged, actual=None, findings=(finding,) * 9, fault="OURS", where=())
        for g in found.gates
    )
    hostile = replace(found, gates=gates, provenance=replace(found.provenance, submission=forged))
    form = tmp_path / "form.md"
    form.write_text(form_of_result(hostile, ITEMS, SAID, "Ada Adler", {}), "utf-8")
    raw = read_raw(form)
    assert raw.problems == []
    assert raw.stray == []
    assert list(raw.parts) == [item.id for item in ITEMS]
    assert [p.message for p in check(form)[1]] == [f"{item.id} has no verdict" for item in ITEMS]
    text = form.read_text("utf-8")
    assert "OURS" not in text
    assert "<script" not in re.sub(r"(`+)(?!`).+?(?<!`)\1(?!`)", "", text)  # a span of code is text for every reader
    assert "… and 4 more findings, in the report" in text


def test_hidden_checks_give_reviewers_no_traceback() -> None:
    found = result("02")
    first = found.criteria[0]
    case = replace(first.observations[0], status=Status.FAILED, public=False, traceback="SECRET", output="SECRET")
    failed = replace(first, id="domain.migrations-forwards", status=Status.FAILED, observations=(case,) * 7)
    lines = evidence(ITEMS[3], replace(found, criteria=(failed,)), None)
    assert "SECRET" not in "\n".join(lines)
    assert lines[0].startswith("- ✗ failed: ")
    assert lines[-1] == "    - … and 2 more cases, in the report"


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("", 12),
        (read_text(ROOT / TEMPLATE), 11),
        ("Fixes it.", 12),
        ((DATA / "pull-request.md").read_text("utf-8"), 3),
        ("<!-- never closed\n## Why\nBecause.", 12),
    ],
    ids=["empty", "the template itself", "one sentence", "nearly", "all of it a comment"],
)
def test_a_pull_request_is_held_against_the_template(text: str, wrong: int) -> None:
    found = compared(text, read_text(ROOT / TEMPLATE))
    assert len([said for said in found if not said.right]) == wrong, [s.sentence for s in found]


def test_a_text_that_follows_the_template_has_nothing_against_it() -> None:
    text = (
        read_text(ROOT / TEMPLATE).replace("- [ ]", "- [x]").replace("-->\n", "-->\n\nSee https://ci.example.org/1.\n")
    )
    assert all(said.right for said in compared(text, read_text(ROOT / TEMPLATE)))


def test_a_text_that_is_no_pull_request_is_refused(tmp_path: Path) -> None:
    huge = tmp_path / "huge.md"
    huge.write_bytes(b"x" * (1 << 19))
    with pytest.raises(UsageError_, match="larger than 256 KB"):
        read_text(huge)
    huge.write_bytes(b"## Why\r\n\xff\0")
    assert "Why" in read_text(huge)


def test_hostile_texts_of_pull_requests_take_no_time() -> None:
    for text in ("[" * 200_000, "<!--" * 60_000, "- [x] " * 40_000, "![" * 100_000, "#" * 200_000, "`" * 200_000):
        compared(text, read_text(ROOT / TEMPLATE))


def test_a_review_says_the_same_whoever_reads_it() -> None:
    assert review(ADA).sentences["review.secrets"] == "Secrets are managed via `.env` and never committed"
