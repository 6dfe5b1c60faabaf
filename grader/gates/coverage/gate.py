"""The three metrics of coverage, from one run of the project's tests and some short ones."""

import random
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from grader.domain.evidence import MOST_FINDINGS, Measurement
from grader.domain.status import Status
from grader.domain.words import bounded
from grader.gates.coverage import shown
from grader.gates.coverage.counted import counted, passing, percent
from grader.gates.coverage.empty_tests import empty_tests
from grader.gates.coverage.excluded import excluded
from grader.gates.coverage.layers import layers
from grader.gates.coverage.pathways import NoDocument, Pathways, operations
from grader.gates.coverage.probes import places
from grader.gates.coverage.schema import document
from grader.gates.coverage.truth import Truth, checked
from grader.gates.subject import Subject
from grader.gates.suite.claims import Claims
from grader.gates.suite.code import Module, module_of
from grader.gates.suite.runner import NoSuite, SuiteRunner
from grader.gates.suite.sources import Sources

UNIT, INTEGRATION, TRUE = "coverage.unit", "coverage.integration", "coverage.true"
_SOURCE = f"Python {sys.version_info.major}.{sys.version_info.minor} sys.monitoring"
_UNTRUE = "What your tests report of themselves is not so: see `coverage.true`."


@dataclass(frozen=True, slots=True)
class CoverageGate:
    """Keeps ``Gate``.

    ``sabotaged`` and ``left_alone`` are how many lines are asked for: forged coverage of a fraction *f* of all lines is
    missed with a chance of (1 - f) to the power of ``sabotaged``. One run of the tests may take ``within_s`` seconds.
    """

    sabotaged: int = 8
    left_alone: int = 4
    within_s: float = 600.0

    def measure(self, subject: Subject, metrics: frozenset[str]) -> Iterable[Measurement]:
        """What of the code and of the API the tests come by, and how much of that is true."""
        sources = Sources.of(subject.submission, subject.files, subject.layout)
        modules = {path: module_of(sources.text(path), sources.tree(path)) for path in sources.measured}
        try:
            runner, claims = _run(subject, sources, self.within_s)
        except NoSuite as none:
            return [_without(metric, Status.FAILED, str(none)) for metric in metrics]
        draw = random.Random(subject.seed)
        drawn = places(modules, claims, draw, self.sabotaged + self.left_alone)
        subject.tell("trying whether covered lines matter to your tests", 1, 2)
        truth = checked(runner, sources, drawn[self.left_alone :], drawn[: self.left_alone], draw) if drawn else None
        found = [_true(truth)]
        if UNIT in metrics:
            found.append(_believed(truth, _unit(subject, sources, modules, claims)))
        if INTEGRATION in metrics:
            found.append(_believed(truth, _integration(subject, claims)))
        return found


def _run(subject: Subject, sources: Sources, within_s: float) -> tuple[SuiteRunner, Claims]:
    if not any((subject.submission / path).exists() for path in subject.layout.tests):
        where = ", ".join(subject.layout.tests)
        raise NoSuite(f"There are no tests at {where}; `tests` in track.toml says where yours are.")
    runner = SuiteRunner(subject)
    subject.tell("running your tests", 0, 2)
    claims = runner.recorded(sources.measured, within_s)
    if not claims.tests:
        raise NoSuite(f"No test was found ({subject.layout.runner} ended with status {claims.status}).")
    if len(passing(claims)) == 1:
        raise NoSuite(f"None of your {len(claims.tests)} tests passes, so nothing counts as covered.")
    return runner, claims


def _believed(truth: Truth | None, measured: Measurement) -> Measurement:
    """The measurement, or *failed* where the samples say that the tests tell a tale."""
    if measured.status is not Status.PASSED or truth is None or truth.percent == 100:
        return measured
    return replace(measured, value=None, status=Status.FAILED, reason=_UNTRUE)


def _true(truth: Truth | None) -> Measurement:
    if truth is None:
        reason = "Your tests run no line inside a function, so there is nothing to ask them about."
        return _without(TRUE, Status.NOT_APPLICABLE, reason)
    return Measurement(
        TRUE, truth.percent, "%", Status.PASSED, _SOURCE, findings=tuple(shown.tales(truth)), where=shown.places(truth)
    )


def _unit(subject: Subject, sources: Sources, modules: Mapping[str, Module], claims: Claims) -> Measurement:
    found = {
        name: [counted(path, modules[path], claims) for path in paths]
        for name, paths in layers(sources.measured).items()
    }
    every = [one for each in found.values() for one in each]
    unknown = [path for path in sources.unreadable if any(path == one.path for one in every)]
    if unknown:
        reason = (
            f"{bounded(unknown[0])} is no Python, or too long to be read (200 kB): what there is to run is not known."
        )
        return _without(UNIT, Status.FAILED, reason)
    share = percent(every)
    if share is None:
        reason = "No module of models, serializers or utilities was found below " + ", ".join(subject.layout.sources)
        return _without(UNIT, Status.NOT_APPLICABLE, f"{reason}.")
    findings = [*shown.failing(claims), *shown.missing(every), *empty_tests(sources), *excluded(subject, sources)]
    return Measurement(
        UNIT,
        round(share, 2),
        "%",
        Status.PASSED,
        _SOURCE,
        findings=tuple(findings[:MOST_FINDINGS]),
        where=shown.first(every),
        artefacts=(shown.bars(found, UNIT),),
    )


def _integration(subject: Subject, claims: Claims) -> Measurement:
    try:
        pathways = Pathways(operations(document(subject)))
    except NoDocument as none:
        reason = f"The pathways of the API are not known, since there is no OpenAPI document: {none}."
        return _without(INTEGRATION, Status.NOT_APPLICABLE, reason)
    good = passing(claims)
    came_by = pathways.came_by(call for call in claims.calls if call.test in good)
    return Measurement(
        INTEGRATION,
        round(100 * len(came_by) / pathways.total, 2),
        "%",
        Status.PASSED,
        _SOURCE,
        findings=tuple(shown.not_come_by(pathways, came_by)),
        artefacts=(shown.grid(pathways, came_by, claims, INTEGRATION),),
    )


def _without(metric: str, status: Status, reason: str) -> Measurement:
    return Measurement(metric, None, "%", status, _SOURCE, reason)
