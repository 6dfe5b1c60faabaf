"""Results with gates: every way in which one comes out, and all that one has to show."""

import json
from dataclasses import replace

from grader.domain.course import Dimension, Gate, Module
from grader.domain.evidence import Artefact, Evidence, Location, Measurement
from grader.domain.findings import Finding, Severity
from grader.domain.result import Result
from grader.domain.status import Status
from grader.scoring import score
from tests.report.parts import PROVENANCE, criterion, seen

GATES = (
    Gate(
        "api.unit",
        "Unit tests cover models, serializers and utils",
        "coverage.unit",
        "≥",
        95,
        "%",
        10,
        dimension=Dimension.TESTING,
    ),
    Gate(
        "api.style",
        "ruff finds nothing by the course's configuration",
        "style.ruff",
        "≤",
        0,
        "findings",
        6,
        hint="`ruff check --fix` mends most of it; read what is left.",
        docs=(("ruff", "https://docs.djangoproject.com/en/stable/internals/contributing/"),),
        dimension=Dimension.ARCHITECTURE,
    ),
    Gate(
        "api.pathways",
        "Every documented answer is exercised by a test",
        "coverage.pathways",
        "≥",
        85,
        "%",
        8,
        dimension=Dimension.TESTING,
    ),
    Gate(
        "api.speed",
        "A page of posts takes no longer than it has to",
        "performance.p95",
        "<",
        300,
        "ms",
        6,
        dimension=Dimension.DELIVERY,
    ),
    Gate("api.findings", "No finding of high severity", "security.high", "=", 0, "findings", blocks=True),
    Gate("api.graphql", "The GraphQL schema is documented", "contract.graphql", "≥", 100, "%", 0),
)
MEASURED = (
    Measurement("coverage.unit", 96.4286, "%", Status.PASSED, "coverage 7.11"),
    Measurement(
        "style.ruff",
        12,
        "findings",
        Status.PASSED,
        "ruff 0.14",
        where=tuple(Location(f"src/apps/posts/views_{n:02d}.py", 3 * n) for n in range(1, 13)),
    ),
    Measurement(
        "coverage.pathways", None, "%", Status.FAILED, "coverage 7.11", "The suite did not end within 10 minutes."
    ),
    Measurement("performance.p95", 231.48271, "ms", Status.PASSED, "duet 1"),
    Measurement(
        "security.high", 1, "findings", Status.PASSED, "bandit 1.8", where=(Location("src/apps/posts/raw.py", 8),)
    ),
    Measurement("contract.graphql", None, "%", Status.NOT_APPLICABLE, "", "The project serves no GraphQL."),
)


GATED = Module(3, "03-api", "The API", 80, (criterion("api.lists", "Lists are paged", 70, 1),), GATES)


def with_gates(*measurements: Measurement, criteria: tuple[str, ...] | None = None) -> Result:
    """Module 3: one criterion of 70 points that passes, and six gates."""
    evidence = Evidence((seen("api.lists"),), measurements=measurements)
    return score(GATED, evidence, PROVENANCE, scope="full", notices=(), criteria=criteria)


def gated() -> Result:
    """Every way in which a gate can come out but that of a fault of ours."""
    return with_gates(*MEASURED)


BARS = {
    "unit": "%",
    "held": True,
    "bars": [
        {"label": "models", "value": 96.4},
        {"label": "serializers", "value": 71.25, "note": "posts/serializers.py has 14 branches open"},
        {"label": "utils", "value": None, "note": "The suite did not end."},
    ],
}
GRID = {
    "corner": "Operation",
    "columns": ["200", "201", "400", "401", "403", "404"],
    "rows": [
        {"label": "GET /api/v1/posts/", "cells": [{"state": state} for state in ("yes", *["none"] * 5)]},
        {
            "label": "POST /api/v1/posts/{slug}/comments/",
            "cells": [
                {"state": state, "note": "twice" if state == "yes" else ""}
                for state in ("none", "yes", "yes", "no", "open", "no")
            ],
        },
    ],
}
LATENCIES = {
    "unit": "ms",
    "series": [
        {"label": "GET /api/v1/posts/", "values": [20 + n % 17 + (n % 29) ** 1.5 for n in range(200)]},
        {"label": "The same, calibration", "values": [18 + n % 5 + (n % 23) ** 1.2 for n in range(200)]},
    ],
    "lines": [{"label": "required", "value": 300}],
}
FINDINGS = (
    Finding(
        "B608",
        "SQL is put together from the query string.",
        Severity.HIGH,
        Location("src/apps/posts/raw.py", 8),
        "Pass values as parameters: `cursor.execute(sql, [value])`.",
        89,
        "bandit 1.8",
    ),
    Finding("B105", "A password stands in the code.", Severity.LOW, Location("config/settings/testing.py", 12)),
    Finding(
        "B110",
        "An exception is swallowed.",
        Severity.MEDIUM,
        Location("src/apps/core/cache.py", 40),
        source="bandit 1.8",
        resolved="The cache may be away: decision 0034.",
    ),
    Finding(
        "contract.undocumented-status",
        "GET /api/v1/posts/ answered 500, which the document does not know.",
        Severity.HIGH,
        detail="curl -X GET 'http://localhost/api/v1/posts/?page=%00'",
    ),
)


def shown() -> Result:
    """Gates with all that they have to show: findings, bars, a grid, latencies."""
    plots = (("bars", "Coverage by layer", BARS), ("grid", "Answers that tests have seen", GRID))
    made = tuple(
        Artefact(f"gate.{kind}", title, kind, json.dumps(body), "coverage.unit") for kind, title, body in plots
    )
    latencies = Artefact("gate.latencies", "Latencies", "distribution", json.dumps(LATENCIES), "performance.p95")
    more = {"coverage.unit": {"artefacts": made}, "performance.p95": {"artefacts": (latencies,)}}
    more["security.high"] = {"findings": FINDINGS}
    return with_gates(*(replace(m, **more.get(m.metric, {})) for m in MEASURED))


def gate_ungraded() -> Result:
    """A gate of which there is no measurement, and one that could not be made."""
    broken = Measurement(
        "performance.p95", None, "ms", Status.ERRORED, "", "The calibration server did not start.", fault="SECRET-FAULT"
    )
    return with_gates(*(m for m in MEASURED if m.metric not in ("performance.p95", "coverage.unit")), broken)
