"""Findings as a list in Markdown: in which order, how many, and as text alone."""

import pytest

from grader.domain.findings import Finding, Severity
from grader.domain.location import Location
from grader.domain.result import GateVerdict
from grader.domain.status import Status
from grader.report.findings import listed

PLACE = Location("src/a.py", 3)
LOW = Finding("F401", "unused", Severity.LOW, PLACE, resolved="needed *here*")
HIGH = Finding("B608", "SQL from <b>text</b>", Severity.HIGH, cwe=89)


def gate(findings: tuple[Finding, ...] = (), where: tuple[Location, ...] = ()) -> GateVerdict:
    return GateVerdict(
        "style", "Style", Status.FAILED, "style.ruff", 1, "≤", 0, "findings", where=where, findings=findings
    )


@pytest.mark.parametrize(
    ("shown", "lines"),
    [
        (gate(), []),
        (
            gate((LOW, HIGH), (PLACE,)),
            [
                "B608 high (CWE-89): SQL from &lt;b&gt;text&lt;/b&gt;",
                r"F401 low: unused `src/a.py:3` Resolved: needed \*here\*",
            ],
        ),
        (gate((LOW,) * 3), ["F401", "F401", "… and 1 more finding, below"]),
        (gate(where=(PLACE,) * 2), ["Where: `src/a.py:3`", "Where: `src/a.py:3`"]),
        (gate(where=(PLACE,) * 4), ["Where: `src/a.py:3`", "Where: `src/a.py:3`", "… and 2 more places, below"]),
        (gate((Finding("X1", "long " * 20),)), ["X1 note: long long long long long long l… (69 more characters)"]),
    ],
    ids=["none", "the gravest first", "more findings", "places", "more places", "long"],
)
def test_findings_are_listed(shown: GateVerdict, lines: list[str]) -> None:
    found = list(listed(shown, most=2, limit=40, indent="  ", ending=", below"))
    assert len(found) == len(lines)
    for line, expected in zip(found, lines, strict=True):
        assert line.startswith(f"  - {expected}"), line
