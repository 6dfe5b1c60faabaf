"""Links and anchors inside the project that lead nowhere. Those that lead out of it are counted and not followed."""

import re
from collections.abc import Iterator, Mapping
from posixpath import dirname, join, normpath
from urllib.parse import unquote

from grader.domain.evidence import MOST_FINDINGS, Finding, Measurement
from grader.domain.findings import Severity
from grader.domain.status import Status
from grader.domain.text import visible
from grader.domain.words import bounded
from grader.gates.documentation.markdown import Link, Page
from grader.gates.documentation.shown import SOURCE, located
from grader.gates.subject import Subject

METRIC, _UNIT = "documentation.links", "links"
_EXTERNAL = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]{1,30}:|//")
_LINES = re.compile(r"L\d+(?:-L\d+)?")
_MOST_LINKS, _LISTED = 20_000, 30


def measure(subject: Subject, pages: Mapping[str, Page]) -> Measurement:
    """How many links of its pages lead to no file, or to no heading of one."""
    if not pages:
        reason = "The project has no pages in Markdown."
        return Measurement(METRIC, None, _UNIT, Status.NOT_APPLICABLE, SOURCE, reason)
    there = _there(subject.files)
    found, external = [], dict[str, None]()
    for page, link in _links(pages):
        if _EXTERNAL.match(link.target):
            external[link.target] = None
        elif wrong := _wrong(page, link, pages, there):
            found.append(_finding(page, link, wrong))
    shown = (*found[: MOST_FINDINGS - 1], *_external(external))
    where = tuple(finding.where for finding in found if finding.where)[:MOST_FINDINGS]
    return Measurement(METRIC, len(found), _UNIT, Status.PASSED, SOURCE, where=where, findings=shown)


def _external(targets: Mapping[str, None]) -> Iterator[Finding]:
    if targets:
        message = f"{len(targets)} addresses lead out of the project, and were not followed."
        listed = "\n".join(bounded(visible(target), 200) for target in list(targets)[:_LISTED])
        yield Finding("links.external", message, Severity.NOTE, source=SOURCE, detail=listed)


def _links(pages: Mapping[str, Page]) -> Iterator[tuple[Page, Link]]:
    left = _MOST_LINKS
    for page in pages.values():
        for link in page.links:
            if left <= 0:
                return
            left -= 1
            yield page, link


def _there(files: tuple[str, ...]) -> frozenset[str]:
    """All files and all folders that hold one."""
    found = {"."}
    for name in files:
        while name and name not in found:
            found.add(name)
            name = dirname(name)
    return frozenset(found)


def _wrong(page: Page, link: Link, pages: Mapping[str, Page], there: frozenset[str]) -> str:
    """What is wrong with a link inside the project; "" for nothing."""
    path, _, anchor = link.target.partition("#")
    path = unquote(path.partition("?")[0])
    base = "" if path.startswith("/") else dirname(page.path)
    target = normpath(join(base, path.lstrip("/"))) if path else page.path
    if target.startswith(".."):
        return "leads out of the project"
    if target not in there:
        return "leads to no file of the project"
    if anchor and target in pages and not _LINES.fullmatch(anchor):
        anchors = pages[target].anchors
        if unquote(anchor) not in anchors and unquote(anchor).lower() not in anchors:
            return f"leads to a page that has no heading of this name ({visible(target[:60])})"
    return ""


def _finding(page: Page, link: Link, wrong: str) -> Finding:
    message = f"{bounded(visible(link.target), 120)!r} {wrong}."
    remedy = "Correct it, or commit what it leads to."
    return Finding("links.broken", message, Severity.LOW, located(page.path, link.line), remedy, source=SOURCE)
