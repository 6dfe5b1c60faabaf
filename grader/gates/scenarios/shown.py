"""What a person is shown of failure scenarios: a grid, a table of what was taken away, and findings."""

import difflib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from grader.domain.evidence import Artefact
from grader.domain.findings import Finding, Severity
from grader.domain.location import Location
from grader.domain.words import bounded
from grader.gates.scenarios.asked import Verdict
from grader.gates.scenarios.catalogue import SCENARIOS, Found
from grader.gates.scenarios.protection import Protection

_WORDS = {
    "noticed": "noticed",
    "together": "noticed when everything that protects from it is away",
    "unnoticed": "not noticed",
    "never-run": "not noticed: no passing test comes here",
    "restless": "not noticed: the tests that come here fail with nothing changed, too",
    "untried": "not tried",
}

_SEEN = {
    "never-run": "no passing test comes there",
    "restless": "the tests that come there fail with nothing changed, too",
}


def noticed(verdicts: Sequence[Verdict]) -> bool | None:
    """Whether all that was taken away was noticed; ``None`` if nothing could be tried."""
    known = [each.noticed for each in verdicts if each.noticed is not None]
    return all(known) if known else None


def findings(missed: Iterable[Verdict], texts: Mapping[str, str]) -> Iterator[Finding]:
    """Each protection that nobody misses, with the question that a test should have asked."""
    for each in missed:
        place = each.protection
        scenario = SCENARIOS[place.scenario]
        seen = _SEEN.get(each.word, "no test fails")
        message = f"{scenario.title}: {place.what} at line {place.line}, and {seen}."
        yield Finding(
            f"scenarios.{place.scenario}",
            message,
            Severity.MEDIUM,
            Location(place.path, place.line),
            scenario.question,
            detail=change(place, texts[place.path]),
        )


def change(place: Protection, text: str) -> str:
    """What was done, as a unified diff."""
    before, after = text.splitlines(), place.removed(text).splitlines()
    lines = difflib.unified_diff(before, after, place.path, place.path, n=1, lineterm="")
    return "\n".join(lines)


def grid(found: Found, verdicts: Mapping[str, Sequence[Verdict]], metric: str) -> Artefact:
    """Scenario × protected, noticed; a note names the places."""
    rows = [
        {"label": each.title, "cells": _cells(found[name], verdicts[name], each.none)}
        for name, each in SCENARIOS.items()
    ]
    body = json.dumps({"corner": "Scenario", "columns": ["protected", "noticed"], "rows": rows})
    return Artefact("scenarios-grid", "Failure scenarios that your tests notice", "grid", body, metric)


def _cells(found: Sequence[Protection], verdicts: Sequence[Verdict], none: str) -> list[dict[str, str]]:
    if not found:
        return [{"state": "none", "note": none}, {"state": "none", "note": "not applicable"}]
    word = noticed(verdicts)
    state = "open" if word is None else "yes" if word else "no"
    places = ", ".join(dict.fromkeys(f"{each.path}:{each.line}" for each in found[:3]))
    more = f" and {len(found) - 3} more" if len(found) > 3 else ""
    held = sum(each.noticed is True for each in verdicts)
    return [
        {"state": "yes", "note": bounded(f"{places}{more}")},
        {"state": state, "note": f"{held} of {len(verdicts)} that were taken away"},
    ]


def table(verdicts: Iterable[Verdict], metric: str) -> Artefact:
    """All that was taken away, and which test noticed."""
    rows = [
        [
            SCENARIOS[each.protection.scenario].title,
            f"{each.protection.path}:{each.protection.line}",
            each.protection.what,
            _WORDS[each.word],
            bounded(each.by, 120),
        ]
        for each in sorted(verdicts, key=lambda each: list(SCENARIOS).index(each.protection.scenario))
    ]
    body = json.dumps({"columns": ["scenario", "where", "taken away", "the tests", "first test to fail"], "rows": rows})
    return Artefact("scenarios-removed", "What was taken away", "table", body, metric)
