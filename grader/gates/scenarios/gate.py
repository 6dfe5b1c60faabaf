"""Finds the protections of a submission, draws some of each scenario, and asks its tests."""

import random
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from grader.domain.errors import EnvironmentError_
from grader.domain.evidence import MOST_FINDINGS, Measurement
from grader.domain.location import Location
from grader.domain.status import Status
from grader.gates.coverage.counted import passing
from grader.gates.scenarios import shown
from grader.gates.scenarios.answers import is_document
from grader.gates.scenarios.asked import Asking, Verdict
from grader.gates.scenarios.catalogue import SCENARIOS, Found, found_in
from grader.gates.scenarios.hints import Hints
from grader.gates.scenarios.module import Module, aliases
from grader.gates.scenarios.protection import Protection
from grader.gates.subject import Subject
from grader.gates.suite.runner import NoSuite, SuiteRunner
from grader.gates.suite.sides import sides
from grader.gates.suite.sources import Sources

NOTICED = "scenarios.noticed"
_UNIT = "%"
_SOURCE = f"protections taken away, Python {sys.version_info.major}.{sys.version_info.minor}"
_LARGEST = 4 << 20


@dataclass(frozen=True, slots=True)
class ScenariosGate:
    """Keeps ``Gate``.

    ``in_functions`` and ``declared`` are how many protections of each scenario are drawn at most; no other one is begun
    after ``within_s`` seconds of each sort.
    """

    in_functions: int = 3
    declared: int = 1
    within_s: float = 60.0

    def measure(self, subject: Subject, metrics: frozenset[str]) -> Iterable[Measurement]:
        """Of the scenarios that something protects from, how many the tests notice when nothing does."""
        sources = Sources.of(subject.submission, subject.files, subject.layout)
        settings = Sources(subject.submission, tuple(_settings(subject, sources)), ())
        documents = _documents(subject)
        found = _found(sources, settings, documents)
        draw = random.Random(subject.seed)
        if not any(found.values()):
            reason = "Nothing was found that protects the project from any of the scenarios."
            return [Measurement(NOTICED, None, _UNIT, Status.NOT_APPLICABLE, _SOURCE, reason)]
        try:
            subject.tell("running your tests", 0, 3)
            claims = SuiteRunner(subject).recorded(sources.measured)
            if len(passing(claims)) == 1:
                raise NoSuite("None of your tests passes, so none can notice anything.")
            texts = {path: each.text(path) for each in (sources, settings) for path in each.measured} | documents
            with sides(subject) as both:
                asking = Asking(both, claims, texts, Hints(sources), found, self.within_s)
                drawn = self._drawn(found, asking, draw)
                subject.tell(f"taking away {len(drawn)} protections", 1, 3)
                verdicts = asking.verdicts(drawn)
                subject.tell("confirming some of what was noticed", 2, 3)
                asking.confirm(verdicts, draw)
            return [_measured(found, verdicts, texts)]
        except NoSuite as none:
            return [Measurement(NOTICED, None, _UNIT, Status.FAILED, _SOURCE, str(none))]

    def _drawn(self, found: Found, asking: Asking, draw: random.Random) -> list[Protection]:
        """Some of each scenario, in turn, so that the first of each is asked before the second of any.

        Of those in functions the ones that passing tests come to; where there is nothing else, one that none does.
        """
        queues = []
        for own in found.values():
            inside = [each for each in own if each.function and asking.covering(each)]
            outside = [each for each in own if not each.function]
            few = draw.sample(outside, min(len(outside), self.declared if inside else 2 * self.declared))
            if own and not inside and not outside:
                few = [draw.choice(own)]
            queues.append([*draw.sample(inside, min(len(inside), self.in_functions)), *few])
        longest = max(map(len, queues), default=0)
        return [queue[n] for n in range(longest) for queue in queues if n < len(queue)]


def _found(sources: Sources, settings: Sources, documents: dict[str, str]) -> Found:
    known = aliases([sources.tree(path) for path in sources.measured])
    modules = [
        Module(path, each.text(path), each.tree(path), known)
        for each in (sources, settings)
        for path in each.measured
        if path not in each.unreadable
    ]
    return found_in(modules, documents)


def _settings(subject: Subject, sources: Sources) -> Iterable[str]:
    """The modules of settings, which are not measured."""
    name = subject.layout.settings.replace(".", "/")
    folder = name.rpartition("/")[0]
    for path in subject.files:
        own = path.endswith(f"{name}.py") or (folder and f"/{folder}/" in f"/{path}" and "settings" in path)
        if own and path.endswith(".py") and path not in sources.measured and path not in sources.tests:
            yield path


def _documents(subject: Subject) -> dict[str, str]:
    """The files that may describe the API, as texts."""
    found = {}
    for path in filter(is_document, subject.files):
        file = subject.submission / path
        if file.stat().st_size <= _LARGEST:
            found[path] = file.read_bytes().decode(errors="replace")
    return found


def _measured(found: Found, verdicts: Sequence[Verdict], texts: dict[str, str]) -> Measurement:
    by_scenario = {name: [each for each in verdicts if each.protection.scenario == name] for name in SCENARIOS}
    judged = {name: word for name, own in by_scenario.items() if (word := shown.noticed(own)) is not None}
    applicable = [name for name in SCENARIOS if found[name]]
    if 2 * len(judged) < len(applicable):
        said = f"Of {len(applicable)} scenarios only {len(judged)} could be tried."
        raise EnvironmentError_(said, "Run the same command again when the machine is less busy.")
    missed = [each for each in verdicts if each.noticed is False]
    return Measurement(
        NOTICED,
        round(100 * sum(judged.values()) / len(judged), 1),
        _UNIT,
        Status.PASSED,
        _SOURCE,
        where=tuple(Location(each.protection.path, each.protection.line) for each in missed[:20]),
        findings=tuple(shown.findings(missed, texts))[:MOST_FINDINGS],
        artefacts=(shown.grid(found, by_scenario, NOTICED), shown.table(verdicts, NOTICED)),
    )
