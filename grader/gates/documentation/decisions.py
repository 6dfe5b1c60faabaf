"""Decision records: whether each has the parts of one, and whether somebody has written them.

A record is a page with a number in a folder ``adr``, ``adrs`` or ``decisions``. Its parts are headings, or words in
bold at the beginning of a paragraph.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from grader.domain.evidence import MOST_FINDINGS, Finding, Measurement
from grader.domain.findings import Severity
from grader.domain.status import Status
from grader.domain.text import one_line
from grader.domain.words import bounded
from grader.gates.documentation.markdown import Page
from grader.gates.documentation.shown import SOURCE, located
from grader.gates.subject import Subject

METRIC, _UNIT = "documentation.decisions", "findings"
_RECORD = re.compile(
    r"(?:.*/)?(?:adrs?|decisions|decision-records)/(?:adr[-_]?)?(\d{1,5})[-_][^/]*\.(?:md|markdown)", re.I
)
# What each part may be called, and how many words of its own it has at least.
_PARTS = {
    "context": (re.compile(r"context\b.*|background\b.*|problem\b.*", re.I), 10),
    "decision": (re.compile(r"decision\b.*|decision outcome.*|we decide.*", re.I), 8),
    "consequences": (re.compile(r"(?:positive |negative )?consequences?\b.*|implications\b.*", re.I), 6),
}
_STATUS = re.compile(r"\b(?:proposed|draft|accepted|rejected|deprecated|superseded|replaced)\b", re.I)
_STATUS_LINE = re.compile(r"(?:[-*] )?\**status\**\s*[:.|]\**\s*(.{1,200})", re.I)
_BOLD = re.compile(r"(?:[-*] )?\*\*([^*]{1,60}?)[.:]?\*\*[.:]?\s*(.*)")
_NUMBER = re.compile(r"^(?:adr[- ]?)?\d{1,5}\s*[.:–—-]?\s*", re.I)
_TEMPLATE = re.compile(
    r"\b(?:TODO|TBD|FIXME|lorem ipsum)\b|\{[a-z][\w ,|-]{2,60}\}"
    r"|\[(?:describe|insert|list|short|title|your)\b[^\]]{0,80}\](?!\()|<(?:describe|insert|title|your)\b[^>]{0,80}>"
    r"|issue that we(?:'re| are) (?:seeing|facing)|change that we(?:'re| are) proposing"
    r"|what becomes easier or more difficult|describe the|in this section",
    re.I,
)
_WORD = re.compile(r"[^\W\d_][\w'’-]+")
_SAME_WORDS = 12  # a paragraph of so many words that stands in two records was written for neither


@dataclass(frozen=True)
class Record:
    """A decision record, with the text of each of its parts."""

    page: Page
    number: int

    @cached_property
    def title(self) -> str:
        """What it decides, without its number."""
        first = next((text for _, level, text in self.page.headings if level == 1), "")
        return _NUMBER.sub("", first)

    @cached_property
    def parts(self) -> dict[str, str]:
        """By the name of a part in lower case, what stands there.

        Words in bold begin a part where parts are written so. Below a heading they do it only if they name a part that
        every record has: else they are the points of a list.
        """
        at = {line: (text, level) for line, level, text in self.page.headings}
        found: dict[str, list[str]] = {}
        name, is_below_heading = "", False
        for number, line in self.page.prose:
            bold = _BOLD.fullmatch(line)
            if number in at:
                text, level = at[number]
                name, is_below_heading = text.strip().lower(), level > 1  # the title is no part
                found.setdefault(name, [])
            elif bold and (not is_below_heading or _names_part(bold[1])):
                name, is_below_heading = bold[1].strip().lower(), False
                found.setdefault(name, []).append(bold[2])
            elif name:
                found[name].append(line)
        return {key: "\n".join(lines).strip() for key, lines in found.items()}

    @cached_property
    def status(self) -> str:
        """What it says of its status; "" for nothing."""
        if "status" in self.parts:
            return self.parts["status"]
        said = (_STATUS_LINE.match(line.strip(" |")) for _, line in self.page.prose)
        return next((match[1] for match in said if match), "")

    def part(self, name: str) -> str:
        """The texts of a part, under whatever name it goes."""
        return "\n".join(text for key, text in self.parts.items() if _PARTS[name][0].fullmatch(key))


def _names_part(text: str) -> bool:
    name = text.strip()
    return name.lower() == "status" or any(pattern.fullmatch(name) for pattern, _ in _PARTS.values())


def measure(subject: Subject, pages: Mapping[str, Page]) -> Measurement:
    """How many things the records lack."""
    records = [
        Record(page, int(match[1])) for path, page in sorted(pages.items()) if (match := _RECORD.fullmatch(path))
    ]
    if not records:
        reason = "The project has no decision records, as in docs/adr/0001-title.md."
        return Measurement(METRIC, None, _UNIT, Status.NOT_APPLICABLE, SOURCE, reason)
    found = [finding for record in records for finding in _lacking(record)]
    found += [*_repeated(records), *_same_number(records)]
    found.sort(key=lambda finding: str(finding.where))
    where = tuple(dict.fromkeys(f.where for f in found if f.where))
    shown = tuple(found[:MOST_FINDINGS])
    return Measurement(METRIC, len(found), _UNIT, Status.PASSED, SOURCE, where=where[:MOST_FINDINGS], findings=shown)


def _lacking(record: Record) -> Iterator[Finding]:
    if len(_WORD.findall(record.title)) < 2:
        yield _finding(record, "title", "Its title does not say what was decided.", "Write it in a few words, after #.")
    if not _STATUS.search(record.status):
        what = "proposed, accepted, rejected, deprecated or superseded by another record"
        yield _finding(record, "status", "It does not say whether it holds.", f"Write its status: {what}.")
    for name, (_, least) in _PARTS.items():
        text = record.part(name)
        count = len({word.lower() for word in _WORD.findall(text)})
        if not text:
            yield _finding(record, name, f"It has no {name}.", f"Write a part ## {name.capitalize()}.")
        elif count < least:
            message = f"Its {name} has {count} different words: that says nothing."
            yield _finding(record, name, message, "Say what was the case here, and what follows from it.")
    for number, line in record.page.prose:
        if template := _TEMPLATE.search(line):
            message = f"It still has words of a template: {one_line(bounded(template[0], 60))}."
            yield _finding(record, "template", message, "Replace them by what was decided here.", number)


def _repeated(records: list[Record]) -> Iterator[Finding]:
    """Parts that stand word for word in an earlier record as well."""
    seen: dict[tuple[str, ...], Record] = {}
    for record in records:
        for name in _PARTS:
            words = tuple(word.lower() for word in _WORD.findall(record.part(name)))
            if len(words) < _SAME_WORDS:
                continue
            first = seen.setdefault(words, record)
            if first is not record:
                message = f"Its {name} is that of record {first.number}, word for word."
                yield _finding(record, "repeated", message, "Say what was the case here.")


def _same_number(records: list[Record]) -> Iterator[Finding]:
    numbers = [(record.page.path.rpartition("/")[0], record.number) for record in records]
    for index, record in enumerate(records):
        if numbers[index] in numbers[:index]:
            yield _finding(record, "number", f"There is another record {record.number}.", "Give it the next number.")


def _finding(record: Record, rule: str, message: str, remedy: str, line: int | None = None) -> Finding:
    place = located(record.page.path, line)
    return Finding(f"decisions.{rule}", message, Severity.LOW, place, remedy, source=SOURCE)
