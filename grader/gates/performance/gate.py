"""What the gate says of a submission: a number and where it comes from, or why there is none."""

import json
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from random import Random

from grader.agent.client import AgentFault
from grader.domain.evidence import Artefact, Finding, Measurement
from grader.domain.findings import Severity
from grader.domain.status import Status
from grader.gates.performance.api import ROOT, Api, Unfit
from grader.gates.performance.queries import FEW, MANY, Count, count
from grader.gates.subject import Subject
from grader.sandbox.server import ApplicationServer
from grader.stage.project import Broken
from grader.stage.users import NoUsers, log_in, serve_inhabited

METRICS = ("performance.queries", "performance.growth")
_UNIT = "queries"
_SOURCE = "the log of PostgreSQL"
_KINDS = ("BURST", "ANON", "USER", "SENSITIVE", "LOGIN", "REGISTER")
_UNLIMITED = {f"THROTTLE_{kind}": "" for kind in _KINDS}
_START_S = 60.0
_REMEDY = "Fetch what the page shows together: `select_related`, `prefetch_related`, `annotate`."


class PerformanceGate:
    """Keeps ``Gate``."""

    def measure(self, subject: Subject, metrics: frozenset[str]) -> Iterable[Measurement]:
        """Queries by operation and how they grow; *not applicable* to a project without an app ``posts``."""
        if not any(path.endswith("posts/models.py") for path in subject.files):
            reason = "The project has no app `posts`: what is measured are the lists of the course's API."
            return _without(Status.NOT_APPLICABLE, reason)
        try:
            return _measured(_counted(subject))
        except Broken as broken:
            return _without(Status.FAILED, f"The project does not start: it failed while it {broken.doing}.")
        except (Unfit, NoUsers, AgentFault) as error:
            return _without(Status.FAILED, str(error))


def _counted(subject: Subject) -> list[Count]:
    with ExitStack() as stack:
        # One worker: what a process looks up once it has looked up before anything is counted.
        served = serve_inhabited(subject.stage, stack, env=_UNLIMITED, workers=1)
        _wait(served.server, subject.layout.health or f"{ROOT}/posts/")
        random = Random(subject.seed)
        as_role = {
            role: Api(served.server, log_in(served.server, served.users[role]), random)
            for role in ("contributor", "editor")
        }
        return count(as_role["editor"], as_role, subject.stage.services.postgres_server.log)


def _wait(server: ApplicationServer, path: str) -> None:
    try:
        server.ready_within(_START_S, path)
    except (TimeoutError, ConnectionError):
        raise Unfit(f"The server did not answer 200 to {path} within {_START_S:g} s.") from None


def _measured(counts: list[Count]) -> Iterator[Measurement]:
    most = max(counts, key=lambda c: c.many)
    reason = f"{most.operation} sent the most: {most.many} queries with {MANY} posts."
    yield Measurement(METRICS[0], most.many, _UNIT, Status.PASSED, _SOURCE, reason, artefacts=(_bars(counts),))
    growing = sorted((c for c in counts if c.many > c.few), key=lambda c: c.few - c.many)
    worst = max((c.many - c.few for c in growing), default=0)
    findings = tuple(map(_finding, growing))
    reason = f"From {FEW} posts to {MANY}, as queries that a request sends more."
    yield Measurement(METRICS[1], worst, _UNIT, Status.PASSED, _SOURCE, reason, findings=findings)


def _finding(grown: Count) -> Finding:
    message = f"{grown.operation} sent {grown.few} queries with {FEW} posts and {grown.many} with {MANY}."
    return Finding("performance.growth", message, Severity.MEDIUM, remedy=_REMEDY, source=_SOURCE)


def _bars(counts: list[Count]) -> Artefact:
    bars = [{"label": c.operation, "value": c.many, "note": f"with {MANY} posts; {c.few} with {FEW}"} for c in counts]
    body = json.dumps({"unit": _UNIT, "held": True, "bars": bars})
    return Artefact("performance-queries", "Queries of each operation", "bars", body, METRICS[0])


def _without(status: Status, reason: str) -> list[Measurement]:
    return [Measurement(metric, None, _UNIT, status, _SOURCE, reason) for metric in METRICS]
