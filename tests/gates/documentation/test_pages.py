"""Links, decision records and change logs: pages that are read as data, each wrong in one place."""

import subprocess
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from grader.domain.evidence import Measurement
from grader.domain.status import Status
from grader.gates.contract.document import read
from grader.gates.documentation import changelog, decisions, links
from grader.gates.documentation.markdown import Page, pages
from grader.gates.subject import Subject
from grader.intake.history import tip_of
from grader.stage.spec import History
from tests.gates.conftest import spec_of, write


@pytest.fixture
def subject(tmp_path: Path) -> Any:
    def made(files: Mapping[str, str]) -> Subject:
        write(tmp_path, files)
        return Subject(spec_of(tmp_path, tmp_path))

    return made


def measured(subject: Subject, part: Any) -> Measurement:
    return part.measure(subject, pages(subject.submission, subject.files))  # type: ignore[no-any-return]


PAGES = {
    "README.md": "# A project\n\nRead [this](docs/a.md#the-first-part), ![it](docs/it.png) and [that](docs/).\n"
    "See [below](#a-project), [a site](https://example.org/x), <a href='docs/a.md'>a page</a> and [ref].\n\n"
    "[ref]: docs/a.md\n",
    "docs/a.md": "# A\n\n## The first part\n\n## The first part\n\n<a id='own'></a>\n\n## It's `code`, *isn't* it?\n",
    "docs/it.png": "",
}
BROKEN = {
    "a file": "[x](docs/b.md)",
    "an image": "![x](docs/no.png)",
    "a heading": "[x](docs/a.md#the-last-part)",
    "a heading of the page itself": "[x](#nothing)",
    "outside": "[x](../../other/README.md)",
    "a reference": "\n[x]: docs/b.md",
    "in HTML": '<img src="docs/no.png">',
    "the root": "[x](/no.md)",
}


def test_control_links_that_lead_somewhere(subject: Any) -> None:
    good = "[x](docs/a.md#the-first-part-1) [x](docs/a.md#own) [x](docs/a.md#its-code-isnt-it) [x](/docs/a.md)\n"
    found = measured(subject({**PAGES, "more.md": good}), links)
    assert (found.status, found.value) == (Status.PASSED, 0)
    assert [finding.rule for finding in found.findings] == ["links.external"]


@pytest.mark.parametrize("name", BROKEN)
def test_a_link_that_leads_nowhere_is_found_in_its_line(subject: Any, name: str) -> None:
    found = measured(subject({**PAGES, "more.md": f"# More\n\n{BROKEN[name]}\n"}), links)
    assert found.value == 1
    assert found.findings[0].where
    assert found.findings[0].where.path == "more.md"


@pytest.mark.parametrize(
    "text", ["`[x](no.md)`", "```\n[x](no.md)\n```", "<!-- [x](no.md) -->", "<!--\n[x](no.md)\n-->"]
)
def test_what_is_not_shown_as_a_link_is_none(subject: Any, text: str) -> None:
    assert measured(subject({**PAGES, "more.md": text}), links).value == 0


def test_a_project_without_pages(subject: Any) -> None:
    assert measured(subject({"a.py": ""}), links).status is Status.NOT_APPLICABLE


def test_pages_that_take_long_to_read_are_read_in_time(subject: Any) -> None:
    hostile = {
        "a.md": "[" * 500_000,
        "b.md": "`" * 499_999 + "\n" + "`a" * 100_000,
        "c.md": "](" * 200_000,
        "d.md": "<!--" * 90_000,
    }
    found = measured(subject(hostile), links)
    assert found.status is Status.PASSED


RECORD = """# 1. Use PostgreSQL

## Status

Accepted

## Context

Posts and comments refer to each other, and editors change them at the same time from many places.

## Decision

We keep everything in PostgreSQL, with constraints for what must never be broken.

## Consequences

Whoever develops needs a server, which the Compose file starts.
"""
BOLD = """# ADR-0002: Cache in Redis

Status: accepted, 2026-03-01

**Context.** Lists are read a thousand times for each write, and the counting of comments is what makes them slow.

**Decision.** The first page of each list is kept in Redis for a minute, by its role.

**Consequences.** What is new shows up to a minute later; without Redis lists are slow.
"""
LACKING = {
    "title": RECORD.replace("# 1. Use PostgreSQL", "# 1."),
    "status": RECORD.replace("Accepted", "Good"),
    "context": RECORD.replace("## Context", "## History"),
    "decision": RECORD.replace(
        "We keep everything in PostgreSQL, with constraints for what must never be broken.", "Yes."
    ),
    "consequences": RECORD.split("## Consequences")[0],
    "template": RECORD.replace("Whoever", "TODO: whoever"),
}


def test_control_records_of_either_form(subject: Any) -> None:
    found = measured(
        subject({"docs/adr/0001-a.md": RECORD, "docs/adr/0002-b.md": BOLD, "docs/adr/index.md": "x"}), decisions
    )
    assert (found.status, found.value, found.findings) == (Status.PASSED, 0, ())


POINTS = "- **Rows are copied.** Each as it is.\n- **Times are older.** By a minute, so that orders of lists differ."


def test_points_in_bold_below_a_heading_are_its_text(subject: Any) -> None:
    text = RECORD.replace("We keep everything in PostgreSQL, with constraints for what must never be broken.", POINTS)
    assert POINTS in text
    assert measured(subject({"adr/0001-a.md": text}), decisions).findings == ()


def test_a_part_in_bold_ends_another_one_whatever_its_name(subject: Any) -> None:
    text = BOLD.replace("**Consequences.** What", "**Consequences.** None.\n\n**Alternatives.** What")
    found = measured(subject({"adr/0002-b.md": text}), decisions)
    assert [finding.rule for finding in found.findings] == ["decisions.consequences"]


@pytest.mark.parametrize("rule", LACKING)
def test_what_a_record_lacks(subject: Any, rule: str) -> None:
    found = measured(subject({"docs/adr/0001-a.md": LACKING[rule], "docs/adr/0002-b.md": BOLD}), decisions)
    assert [finding.rule for finding in found.findings] == [f"decisions.{rule}"]


def test_records_of_headings_without_content(subject: Any) -> None:
    empty = "# 1. Use it\n\n## Status\n\n## Context\n\n## Decision\n\n## Consequences\n"
    found = measured(subject({"docs/decisions/0001-a.md": empty}), decisions)
    assert {finding.rule for finding in found.findings} == {
        f"decisions.{rule}" for rule in ("status", "context", "decision", "consequences")
    }


def test_one_text_in_many_records_counts_for_one(subject: Any) -> None:
    other = RECORD.replace("# 1. Use PostgreSQL", "# 2. Use Celery")
    found = measured(subject({"adr/0001-a.md": RECORD, "adr/0002-b.md": other, "adr/0002-c.md": BOLD}), decisions)
    assert sorted(finding.rule for finding in found.findings) == ["decisions.number", *["decisions.repeated"] * 2]


def test_repeating_a_word_says_nothing(subject: Any) -> None:
    text = RECORD.replace("Whoever develops needs a server, which the Compose file starts.", "good " * 40)
    found = measured(subject({"adr/0001-a.md": text}), decisions)
    assert [finding.rule for finding in found.findings] == ["decisions.consequences"]


BEFORE = """openapi: 3.1.0
info: {title: x, version: "1"}
paths:
  /api/posts/:
    get: {responses: {"200": {content: {application/json: {schema: {$ref: "#/components/schemas/P"}}}}}}
  /api/gone/{id}/:
    get: {responses: {"200": {description: ok}}}
components: {schemas: {P: {properties: {title: {type: string}, old: {type: string}}}}}
"""
AFTER = """openapi: 3.1.0
info: {title: x, version: "1"}
paths:
  /api/posts/:
    get: {responses: {"200": {content: {application/json: {schema: {$ref: "#/components/schemas/P"}}}}}}
  /api/posts/{slug}/:
    put: {responses: {"200": {description: ok}}}
components: {schemas: {P: {properties: {title: {type: string}}}}}
"""
TOLD = "# API\n\n- `GET /gone/<id>/` is gone.\n- The posts have no `old` any more.\n- New: **PUT** `/posts/:slug/`\n"


def untold(text: str) -> list[str]:
    log = changelog._log({"CHANGELOG-API.md": Page("CHANGELOG-API.md", text)})
    assert log
    changes = changelog.noticed(read(BEFORE.encode(), "before"), read(AFTER.encode(), "after"))
    return [change.rule for change in changes if not log.tells(change)]


def test_control_a_change_log_that_tells_everything() -> None:
    assert untold(TOLD) == []


@pytest.mark.parametrize(
    ("line", "rule"),
    [("gone", "operation-removed"), ("old", "property-removed"), ("PUT", "operation-added")],
)
def test_a_change_that_is_not_told(line: str, rule: str) -> None:
    text = "\n".join(one for one in TOLD.split("\n") if line not in one)
    assert untold(text) == [rule]


def test_without_an_earlier_document_nothing_is_known(subject: Any) -> None:
    assert measured(subject({"openapi.yaml": AFTER}), changelog).status is Status.NOT_APPLICABLE
    assert measured(subject({"a.py": ""}), changelog).status is Status.NOT_APPLICABLE


@pytest.mark.parametrize(("log", "value"), [(TOLD, 0), ("# API\n", 3), (None, None)])
def test_what_has_changed_since_the_first_commit(tmp_path: Path, log: str | None, value: int | None) -> None:
    repository, copy = tmp_path / "repository", tmp_path / "copy"
    repository.mkdir()
    git(repository, "init", "-q")
    for document in ("openapi: 3.1.0\n", BEFORE, AFTER):  # the very first is none
        write(repository, {"openapi.yaml": document})
        git(repository, "add", "-A")
        git(repository, "commit", "-qm", "x")
    write(copy, {"openapi.yaml": AFTER, **({"CHANGELOG-API.md": log} if log else {})})
    spec = replace(spec_of(copy, tmp_path), history=History(repository, tip_of(repository)))
    found = measured(Subject(spec), changelog)
    assert found.value == value, found.reason
    assert (found.status is Status.FAILED) == (log is None)


def git(root: Path, *words: str) -> None:
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    subprocess.run(["git", "-C", str(root), *who, *words], check=True, capture_output=True)
