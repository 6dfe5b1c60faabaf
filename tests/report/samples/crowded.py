"""A result that is larger than any page: many criteria, many cases, long texts."""

from dataclasses import replace

from grader.domain.course import Dimension, Module
from grader.domain.evidence import Evidence
from grader.domain.result import Result
from grader.domain.status import Status
from grader.scoring import score
from tests.report.parts import PROVENANCE, criterion, seen


def crowded() -> Result:
    """Forty criteria, many cases, long texts."""
    statuses = (Status.PASSED, Status.FAILED, Status.PASSED, Status.PASSED)
    dimensions = tuple(Dimension)
    criteria = tuple(
        criterion(
            f"big.criterion-{n:02d}",
            f"Criterion number {n} asks for " + "something rather long " * (n % 4),
            2 + n % 2,
            n // 5 + 1,
            dimension=dimensions[n % 5],
            hint="Begin with the smallest case. " * (n % 3),
        )
        for n in range(1, 41)
    )
    observations = tuple(
        replace(
            seen(
                c.id,
                statuses[n % 4],
                check=f"big::case[{k}]",
                expected="x" * 300 if n % 8 == 1 else "200",
                observed="\n".join(f"line {i}" for i in range(n)) if n % 4 == 1 else "",
            ),
            public=k == 0,
        )
        for n, c in enumerate(criteria)
        for k in range(7)
    )
    module = Module(3, "03-api", "The API", 80, criteria)
    return score(module, Evidence(observations), PROVENANCE, scope="full", notices=())
