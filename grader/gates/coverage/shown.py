"""What a person is shown of coverage: findings with places, bars by layer, the grid of pathways."""

import json
from collections.abc import Iterable, Iterator, Mapping

from grader.domain.evidence import Artefact
from grader.domain.findings import Finding, Severity
from grader.domain.location import Location
from grader.domain.words import bounded
from grader.gates.coverage.counted import Counted, percent
from grader.gates.coverage.pathways import Operation, Pathways
from grader.gates.coverage.probes import Place
from grader.gates.coverage.truth import Truth
from grader.gates.suite.claims import Call, Claims

_MOST = 60
CameBy = Mapping[tuple[Operation, str], Call]


def tales(truth: Truth) -> Iterator[Finding]:
    """Each sample that was not as claimed."""
    for place in truth.unnoticed:
        message = f"Line {place.line} is reported as run by your tests; they pass when it ends their process."
        yield Finding(
            "coverage.not-run",
            message,
            Severity.HIGH,
            Location(place.path, place.line),
            "Let the tests run the code, and take out whatever reports coverage in its place.",
            detail=f"reported to run it: {bounded(place.tests[0])}",
        )
    for place in truth.touchy:
        message = f"Tests turn red when a line that does nothing is added before line {place.line}."
        yield Finding(
            "coverage.reads-source",
            message,
            Severity.HIGH,
            Location(place.path, place.line),
            "Let tests look at what the code does, not at its text; a test that fails now and then has to be mended.",
            detail=f"red: {bounded(place.tests[0])}",
        )


def places(truth: Truth) -> tuple[Location, ...]:
    """The places of these samples."""
    return tuple(Location(place.path, place.line) for place in _wrong(truth))


def _wrong(truth: Truth) -> tuple[Place, ...]:
    return truth.unnoticed + truth.touchy


def failing(claims: Claims) -> Iterator[Finding]:
    """The tests that failed: what only they run does not count."""
    for name in claims.failed[:_MOST]:
        message = f"{bounded(name)} fails, with PostgreSQL and Redis in reach: what only it runs does not count."
        path = name.partition("::")[0]
        where = Location(path) if path.endswith(".py") else None
        yield Finding("tests.failing", message, Severity.MEDIUM, where, "Run it with the same services, and mend it.")


def first(found: Iterable[Counted]) -> tuple[Location, ...]:
    """Where most is missing, the first line of each module."""
    lacking = sorted((one for one in found if one.missing), key=lambda one: -len(one.missing))
    return tuple(Location(one.path, one.missing[0]) for one in lacking[:20])


def missing(found: Iterable[Counted]) -> Iterator[Finding]:
    """For each module, the lines that no test runs and the branches that go one way only."""
    for one in sorted(found, key=lambda one: one.run - one.total):
        if one.missing:
            message = f"No passing test runs {_lines(one.missing)}."
            remedy = "Write a test in which this has to happen."
            yield Finding("coverage.missing", message, Severity.LOW, Location(one.path, one.missing[0]), remedy)
        if one.one_way:
            message = f"The condition is always the same in your tests: {_lines(one.one_way)}."
            remedy = "Write a test for the other case, in which it goes the other way."
            yield Finding("coverage.one-way", message, Severity.LOW, Location(one.path, one.one_way[0]), remedy)


def _lines(lines: tuple[int, ...]) -> str:
    """``lines 3, 7 to 9``."""
    ranges: list[list[int]] = []
    for line in lines:
        if ranges and line == ranges[-1][1] + 1:
            ranges[-1][1] = line
        else:
            ranges.append([line, line])
    words = [str(start) if start == end else f"{start} to {end}" for start, end in ranges]
    more = f" and {len(words) - 20} more places" if len(words) > 20 else ""
    return f"line{'s' if len(lines) > 1 else ''} {', '.join(words[:20])}{more}"


def bars(found: Mapping[str, list[Counted]], metric: str) -> Artefact:
    """A bar for each layer that has something to run."""
    each = [
        {"label": name, "value": share, "note": f"{len(modules)} modules"}
        for name, modules in found.items()
        if (share := percent(modules)) is not None
    ]
    body = json.dumps({"unit": "%", "held": True, "bars": each})
    return Artefact("coverage-layers", "Coverage by layer: statements and branches", "bars", body, metric)


def not_come_by(pathways: Pathways, came_by: CameBy) -> Iterator[Finding]:
    """The operations with responses that no test gets."""
    for operation in pathways.operations[:_MOST]:
        lacking = [status for status in operation.statuses if (operation, status) not in came_by]
        if lacking:
            message = f"No passing test gets {', '.join(lacking)} from {operation.title}."
            remedy = "Send the request that is answered so, and assert the status and what else is documented."
            yield Finding("coverage.pathway", message, Severity.LOW, None, remedy)


def grid(pathways: Pathways, came_by: CameBy, claims: Claims, metric: str) -> Artefact:
    """Operations and statuses: which were come by, and in which test first."""
    statuses = sorted({status for operation in pathways.operations for status in operation.statuses})
    rows = [
        {"label": operation.title, "cells": [_cell(operation, status, came_by, claims) for status in statuses]}
        for operation in pathways.operations
    ]
    body = json.dumps({"corner": "Operation", "columns": statuses, "rows": rows})
    return Artefact("coverage-pathways", "Documented responses that the tests get", "grid", body, metric)


def _cell(operation: Operation, status: str, came_by: CameBy, claims: Claims) -> dict[str, str]:
    if status not in operation.statuses:
        return {"state": "none", "note": ""}
    call = came_by.get((operation, status))
    if call is None:
        return {"state": "no", "note": "no passing test gets it"}
    return {"state": "yes", "note": bounded(claims.tests[call.test].name, 160) if call.test >= 0 else ""}
