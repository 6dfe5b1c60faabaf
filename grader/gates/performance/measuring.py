"""Each part of the gate: what it measures of a submission, as measurements."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from math import inf
from random import Random

from grader.domain.evidence import MOST_FINDINGS, Artefact, Finding, Measurement
from grader.domain.findings import Severity
from grader.domain.status import Status
from grader.gates.performance import plans as at_full_size
from grader.gates.performance import show
from grader.gates.performance import spike as twenty
from grader.gates.performance.api import Api, wait_for
from grader.gates.performance.calibration import start_calibration
from grader.gates.performance.duet import Duet, Limits, play
from grader.gates.performance.limits import OWN, P95_MS, RATIO, UNIT_MS
from grader.gates.performance.memory import PER, growth_mb
from grader.gates.performance.queries import FEW, MANY, Count, count
from grader.gates.performance.reading import pages
from grader.gates.performance.timed import Timed
from grader.gates.registry import METRICS
from grader.gates.subject import Subject
from grader.stage.serving import UNLIMITED
from grader.stage.users import log_in, serve_inhabited

_LOG, _DUET = "the log of PostgreSQL", "duet with the calibration server"
SOURCES = {
    "performance.queries": _LOG,
    "performance.growth": _LOG,
    "performance.p95": _DUET,
    "performance.ratio": _DUET,
    "performance.payload": _DUET,
    "performance.spike": f"{twenty.PEOPLE} clients at once",
    "performance.memory": "the kernel's count of the server's memory",
    "performance.plans": "EXPLAIN of PostgreSQL",
}
LIMITS = Limits(mean=RATIO * OWN, p95=P95_MS / UNIT_MS)
_TOGETHER = "Fetch what the page shows together: `select_related`, `prefetch_related`, `annotate`."
_ATOMIC = "Write in one transaction, let constraints of the database refuse what is twice, and answer after the commit."


def queries(subject: Subject) -> list[Measurement]:
    """Queries by operation, and how they grow with the rows that there are."""
    with ExitStack() as stack:
        # One worker: what a process looks up once it has looked up before anything is counted.
        served = serve_inhabited(subject.stage, stack, env=UNLIMITED, workers=1)
        wait_for(served.server, subject.layout.health)
        random = Random(subject.seed)
        as_role = {
            role: Api(served.server, log_in(served.server, served.users[role]), random)
            for role in ("contributor", "editor")
        }
        counts = count(as_role["editor"], as_role, subject.stage.services.postgres_server.log)
    return list(_counted(counts))


def duet(subject: Subject, timed: Timed) -> Iterator[Measurement]:
    """How long requests take, against the limit and against the course's own solution; and what they answer with."""
    with ExitStack() as stack:
        calibrated = start_calibration(subject.spec, stack)
        heard = play(timed.side, calibrated, timed.visitor, LIMITS, timed.random)
    yield _p95(heard)
    yield _measured("performance.ratio", round(heard.mean.value / OWN, 3), show.of_ratio(heard))
    yield _payload(timed.visitor.largest)


def reads(subject: Subject, metrics: frozenset[str]) -> Iterator[Measurement]:
    """Of a project that is not the course's, what can be said of its pages.

    Raises:
        Broken, Unfit, NothingToRead: as ``pages``.
    """
    with ExitStack() as stack:
        there = stack.enter_context(pages(subject))
        if metrics & {"performance.p95", "performance.payload"}:
            with ExitStack() as beside:
                calibrated = start_calibration(subject.spec, beside)
                heard = play(there.side, calibrated, there, replace(LIMITS, mean=inf), there.random)
            yield _p95(heard)
            yield _payload(there.largest)
        if "performance.spike" in metrics:
            failed = there.failures_at_once()
            findings = tuple(
                _finding("performance.spike", f"{text} ({times} ×)", _ATOMIC)
                for text, times in failed.most_common(MOST_FINDINGS)
            )
            reason = f"{twenty.PEOPLE} people at once read {', '.join(there.kinds)[:200]}."
            yield _measured("performance.spike", failed.total(), reason, findings)


def _p95(heard: Duet) -> Measurement:
    shown = (show.distribution(heard),)
    return _measured("performance.p95", round(heard.p95.value * UNIT_MS, 1), show.of_p95(heard), artefacts=shown)


def _payload(largest: tuple[int, str]) -> Measurement:
    size, kind = largest
    return _measured("performance.payload", round(size / 1024, 1), f"{kind} answered with the most.")


def spike(subject: Subject, timed: Timed) -> Iterator[Measurement]:
    """What goes wrong when twenty people comment and read at once."""
    done = twenty.spike(timed)
    found = Counter(done.wrong).most_common(MOST_FINDINGS)
    findings = tuple(_finding("performance.spike", f"{text} ({times} ×)", _ATOMIC) for text, times in found)
    reason = (
        f"{twenty.PEOPLE} people at once sent {done.sent} comments: {len(done.failures)} failures and wrong answers, "
        f"{len(done.lost)} lost, {len(done.doubled)} doubled."
    )
    yield _measured("performance.spike", len(done.wrong), reason, findings)


def memory(subject: Subject, timed: Timed) -> Iterator[Measurement]:
    """How fast the server's memory grows."""
    reason = f"Of the server's processes, over {PER} reads, from what they grew by over a part of them."
    yield _measured("performance.memory", round(growth_mb(timed), 1), reason)


def plans(subject: Subject, timed: Timed) -> Iterator[Measurement]:
    """Pages behind which a whole table is read, or much is sorted."""
    found, pages = at_full_size.costly_pages(timed)
    findings = tuple(
        _finding("performance.plans", show.of_step(one), show.spared_by(one), detail=one.statement[:2_000])
        for one in found
    )
    amount = at_full_size.FULL
    reason = f"{pages} pages with {amount.posts:,} posts and {amount.comments:,} comments; `search` and `count` apart."
    yield _measured("performance.plans", len(found), reason, findings)


def _counted(counts: list[Count]) -> Iterator[Measurement]:
    most = max(counts, key=lambda c: c.many)
    reason = f"{most.operation} sent the most: {most.many} queries with {MANY} posts."
    yield _measured("performance.queries", most.many, reason, artefacts=(_bars(counts),))
    growing = sorted((c for c in counts if c.many > c.few), key=lambda c: c.few - c.many)
    worst = max((c.many - c.few for c in growing), default=0)
    reason = f"From {FEW} posts to {MANY}, as queries that a request sends more."
    findings = tuple(
        _finding(
            "performance.growth",
            f"{c.operation} sent {c.few} queries with {FEW} posts and {c.many} with {MANY}.",
            _TOGETHER,
        )
        for c in growing
    )
    yield _measured("performance.growth", worst, reason, findings)


def _bars(counts: list[Count]) -> Artefact:
    bars = [{"label": c.operation, "value": c.many, "note": f"with {MANY} posts; {c.few} with {FEW}"} for c in counts]
    body = json.dumps({"unit": "queries", "held": True, "bars": bars})
    return Artefact("performance-queries", "Queries of each operation", "bars", body, "performance.queries")


def _measured(
    metric: str,
    value: float,
    reason: str,
    findings: tuple[Finding, ...] = (),
    artefacts: tuple[Artefact, ...] = (),
) -> Measurement:
    source = SOURCES[metric]
    return Measurement(
        metric, value, METRICS[metric], Status.PASSED, source, reason, findings=findings, artefacts=artefacts
    )


def _finding(rule: str, message: str, remedy: str, detail: str = "") -> Finding:
    return Finding(rule, message, Severity.MEDIUM, remedy=remedy, source=SOURCES[rule], detail=detail)
