"""How the measures of this room are shown: a finding for each thing that is counted, and the number of them."""

import re
from collections.abc import Iterable

from grader.architecture.metrics import METRICS
from grader.domain.evidence import MOST_FINDINGS, Finding, Location, Measurement
from grader.domain.findings import Severity
from grader.domain.status import Status
from grader.domain.text import one_line
from grader.domain.words import bounded

SOURCE = "the architecture measures"
_SAFE = re.compile(r"[\w./ -]{1,300}")
_MOST_DETAIL = 20


def finding(
    rule: str, seen: str, expected: str, path: str, line: int, read: str, detail: Iterable[str] = ()
) -> Finding:
    """One thing that is counted: what was seen, what was expected instead, where, and what to read about it.

    ``detail`` are further places, a line each.
    """
    place = Location(path, line) if _SAFE.fullmatch(path) else None
    lines = [bounded(one_line(text)) for text in detail]
    more = [f"and {len(lines) - _MOST_DETAIL} more"] if len(lines) > _MOST_DETAIL else []
    said = bounded(one_line(f"Seen: {seen}. Expected: {expected}."))
    return Finding(rule, said, Severity.LOW, place, read, source=SOURCE, detail="\n".join(lines[:_MOST_DETAIL] + more))


def counted(metric: str, findings: Iterable[Finding]) -> Measurement:
    """How many there are."""
    found = sorted(findings, key=lambda one: (one.where is None, one.where.path if one.where else "", _line(one)))
    where = tuple(dict.fromkeys(one.where for one in found if one.where))[:MOST_FINDINGS]
    shown = tuple(found[:MOST_FINDINGS])
    return Measurement(metric, len(found), METRICS[metric], Status.PASSED, SOURCE, where=where, findings=shown)


def absent(metric: str, reason: str) -> Measurement:
    """The project has nothing that it could be measured of."""
    return Measurement(metric, None, METRICS[metric], Status.NOT_APPLICABLE, SOURCE, reason)


def prevented(metric: str, reason: str, where: tuple[Location, ...]) -> Measurement:
    """The project keeps it from being measured."""
    return Measurement(metric, None, METRICS[metric], Status.FAILED, SOURCE, reason, where=where)


def _line(one: Finding) -> int:
    return one.where.line or 0 if one.where else 0
