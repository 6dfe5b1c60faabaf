"""Contract: whether the API does as its OpenAPI document says, and whether the document says enough."""

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property

from grader.domain.errors import GraderError
from grader.domain.evidence import MOST_FINDINGS, Artefact, Location, Measurement
from grader.domain.findings import Finding, Severity
from grader.domain.status import Status
from grader.gates.contract import show
from grader.gates.contract.breaking import breaking_changes
from grader.gates.contract.contract_run import PHASES, Ran, run_phases
from grader.gates.contract.document import Document, NoDocument, committed, read
from grader.gates.contract.documentation import lacking
from grader.gates.contract.drift import differences
from grader.gates.contract.findings import SOURCE, Exercised, failures, unusable
from grader.gates.contract.served import NotServed, Served
from grader.gates.registry import METRICS
from grader.gates.subject import Subject

_ERRORED = "It could not be measured, through a fault of the grader or the machine."
_OWN = "the grader's own comparison"
_JSON = {"Accept": "application/vnd.oai.openapi+json, application/json;q=0.9, */*;q=0.1"}
_NO_ADDRESS = "No address of an OpenAPI document is known: set `schema` in track.toml, [layout]."
_NOWHERE = f"{_NO_ADDRESS} No openapi.yaml is committed either."


class _NotThere(Exception):
    """The project has nothing of the kind; the message says what, and which key of ``track.toml`` would tell."""


class ContractGate:
    """Keeps ``Gate``."""

    def measure(self, subject: Subject, metrics: frozenset[str]) -> Iterable[Measurement]:
        """Each metric by itself: what keeps one from being measured is no reason against another."""
        with ExitStack() as stack:
            look = _Look(subject, stack)
            for metric in (name for name in _MEASURES if name in metrics):
                try:
                    yield _MEASURES[metric](look)
                except _NotThere as why:
                    yield _none(metric, Status.NOT_APPLICABLE, str(why))
                except (NoDocument, NotServed) as why:
                    yield _none(metric, Status.FAILED, str(why))
                except GraderError as error:
                    fault = f"{error.message} {error.hint}"
                    yield Measurement(metric, None, METRICS[metric], Status.ERRORED, "", _ERRORED, fault=fault)


@dataclass
class _Look:
    """What is found out about a submission, each thing once and when it is first asked for."""

    subject: Subject
    stack: ExitStack

    @cached_property
    def served(self) -> Served:
        """The project, served. Raises ``NotServed``."""
        served = Served(self.subject)
        self.stack.callback(served.close)
        served.begin(PHASES[0])
        return served

    @cached_property
    def committed(self) -> tuple[str, Document] | None:
        """What is committed."""
        return committed(self.subject.submission)

    @cached_property
    def generated(self) -> Document | None:
        """What the project serves; ``None`` where no address is known."""
        path = self.subject.layout.schema
        if not path:
            return None
        answer = self.served.get(path, _JSON)
        if answer.status_code != 200:
            raise NoDocument(f"GET {path} is answered with {answer.status_code}, and no OpenAPI document.")
        return read(answer.body, path)

    @cached_property
    def document(self) -> Document:
        """What the API is held against: what is served, else what is committed."""
        if self.generated is not None:
            return self.generated
        if self.committed is None:
            raise _NotThere(_NOWHERE)
        return self.committed[1]

    @property
    def both(self) -> tuple[str, Document, Document]:
        """What is committed, with its path, and what is served."""
        if self.generated is None:
            raise _NotThere(_NO_ADDRESS)
        if self.committed is None:
            raise NoDocument("The project serves an OpenAPI document, and there is no openapi.yaml at its root.")
        return *self.committed, self.generated

    @cached_property
    def ran(self) -> Ran:
        """What the tool said of it."""
        document = self.document  # before anything is served for it
        return run_phases(self.subject, self.served, document.text())

    @cached_property
    def exercised(self) -> Exercised:
        """Which operations were reached."""
        return Exercised(self.document, self.ran.answered)


def _failures(look: _Look) -> Measurement:
    found = [*failures(look.ran.reports), *unusable(look.ran.reports)]
    return _counted("contract.failures", SOURCE, found, show.runs(look.ran))


def _operations(look: _Look) -> Measurement:
    reached = set(look.exercised.reached())
    found = [
        Finding(
            "contract.not-exercised",
            f"{label} was asked for and nobody got past its door.",
            Severity.MEDIUM,
            remedy="Serve it at the path that the document has, and let the role in that the document says.",
            source=SOURCE,
        )
        for label in look.exercised.statuses
        if label not in reached
    ]
    share = 100 * len(reached) / len(look.exercised.statuses)
    return _measured("contract.operations", share, SOURCE, found, show.exercised(look.exercised))


def _drift(look: _Look) -> Measurement:
    name, one, other = look.both
    found = [
        Finding(
            "contract.drift",
            f"{d.pointer}: committed is {d.committed}, served is {d.generated}.",
            Severity.LOW,
            Location(name),
            f"Write {name} anew by the command that makes it, and commit it.",
            source=_OWN,
        )
        for d in differences(one, other)
    ]
    return _counted("contract.drift", _OWN, found)


def _breaking(look: _Look) -> Measurement:
    name, one, other = look.both
    found = [
        Finding(
            f"contract.{change.rule}",
            f"{change.operation}: {change.what}.",
            Severity.MEDIUM,
            Location(name),
            "Keep what clients rely on, or serve the change under a new version.",
            source=_OWN,
        )
        for change in breaking_changes(one, other)
    ]
    return _counted("contract.breaking", _OWN, found)


def _documentation(look: _Look) -> Measurement:
    document = look.document
    operations = document.operations()
    broken = {operation.label: lacking(document, operation) for operation in operations}
    found = [
        Finding(
            f"contract.{rule}", f"{label}: {what}.", Severity.LOW, remedy=f"{what[0].upper()}{what[1:]}.", source=_OWN
        )
        for label, rules in broken.items()
        for rule, what in rules
    ]
    share = 100 * sum(not rules for rules in broken.values()) / len(operations)
    return _measured("contract.documentation", share, _OWN, found, show.documented(broken))


_MEASURES: dict[str, Callable[[_Look], Measurement]] = {
    "contract.documentation": _documentation,
    "contract.drift": _drift,
    "contract.breaking": _breaking,
    "contract.failures": _failures,
    "contract.operations": _operations,
}


def _counted(metric: str, source: str, found: list[Finding], *artefacts: Artefact) -> Measurement:
    return _measured(metric, len(found), source, found, *artefacts)


def _measured(metric: str, value: float, source: str, found: list[Finding], *artefacts: Artefact) -> Measurement:
    return Measurement(
        metric,
        round(value, 2),
        METRICS[metric],
        Status.PASSED,
        source,
        findings=tuple(found[:MOST_FINDINGS]),
        artefacts=artefacts,
    )


def _none(metric: str, status: Status, reason: str) -> Measurement:
    return Measurement(metric, None, METRICS[metric], status, "", reason)


GATE = ContractGate()
