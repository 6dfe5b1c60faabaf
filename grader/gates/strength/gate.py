"""The share of changes that the project's own tests notice."""

import random
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from grader.domain.errors import EnvironmentError_
from grader.domain.evidence import MOST_FINDINGS, Measurement
from grader.domain.location import Location
from grader.domain.status import Status
from grader.gates.coverage.counted import passing
from grader.gates.coverage.layers import layers
from grader.gates.strength import shown
from grader.gates.strength.mutant import Mutant
from grader.gates.strength.sample import covering, drawn, possible
from grader.gates.subject import Subject
from grader.gates.suite.claims import Claims, Outcome
from grader.gates.suite.runner import Job, NoSuite, Order, SuiteRunner
from grader.gates.suite.sides import Sides, sides
from grader.gates.suite.sources import Sources

KILLED = "strength.killed"
_UNIT = "%"
_SOURCE = f"mutants of Django code, Python {sys.version_info.major}.{sys.version_info.minor}"
_VIEWS = ("views.py", "services.py", "permissions.py", "selectors.py", "forms.py")


@dataclass(frozen=True, slots=True)
class StrengthGate:
    """Keeps ``Gate``.

    ``in_functions`` and ``declared`` are how many changes of code and of declarations are drawn at most.
    """

    in_functions: int = 60
    declared: int = 12

    def measure(self, subject: Subject, metrics: frozenset[str]) -> Iterable[Measurement]:
        """Of the changes drawn from what the tests run, how many a test notices."""
        sources = Sources.of(subject.submission, subject.files, subject.layout)
        try:
            subject.tell("running your tests", 0, 3)
            claims = SuiteRunner(subject).recorded(sources.measured)
            if not claims.tests:
                raise NoSuite("No test was found, so none can notice a change.")
            if len(passing(claims)) == 1:
                raise NoSuite("None of your tests passes, so none can notice a change.")
            chosen = self._drawn(subject, sources, claims)
            if not chosen:
                reason = "Your tests run nothing of models, serializers, utilities, views or services to be changed."
                return [Measurement(KILLED, None, _UNIT, Status.NOT_APPLICABLE, _SOURCE, reason)]
            subject.tell(f"trying {len(chosen)} changes of the code", 1, 3)
            with sides(subject) as both:
                noticed, alive = _asked(both, sources, claims, chosen)
                subject.tell("confirming some of what was noticed", 2, 3)
                _confirm(both, sources, noticed, random.Random(subject.seed))
            return [_measured(sources, noticed, alive)]
        except NoSuite as none:
            return [Measurement(KILLED, None, _UNIT, Status.FAILED, _SOURCE, str(none))]

    def _drawn(self, subject: Subject, sources: Sources, claims: Claims) -> list[Mutant]:
        paths = [path for each in layers(sources.measured).values() for path in each]
        paths += [path for path in sources.measured if path.endswith(_VIEWS) and path not in paths]
        found = possible(sources, paths, claims)
        draw = random.Random(subject.seed)
        warm = subject.layout.runner == "pytest"
        inside = self.in_functions if warm else self.declared
        functions = drawn(sources, (mutant for mutant in found if mutant.function), inside, draw)
        return functions + drawn(sources, (mutant for mutant in found if not mutant.function), self.declared, draw)


def _asked(
    both: Sides, sources: Sources, claims: Claims, chosen: Sequence[Mutant]
) -> tuple[list[tuple[Mutant, str]], list[Mutant]]:
    """The changes that tests noticed, each with the test; and those that none did."""
    put = [(mutant, tests) for mutant in chosen if (tests := covering(mutant, claims))]
    judged = _tried(both, sources, put)
    # What was run until a change was noticed has to pass with nothing changed; what was not run says nothing.
    tests_of = dict(put)
    ran = [(mutant, _run_by(outcome, tests_of[mutant])) for mutant, outcome in judged]
    if any(_unchanged(both, ran).values()):
        restless = _unchanged(both, put)
        rest = [(m, tuple(test for test in tests if test not in restless[_is_warm(both, m)])) for m, tests in put]
        put = [(mutant, tests) for mutant, tests in rest if tests]
        judged = _tried(both, sources, put)
    if 2 * len(judged) < len(put):
        said = f"Of {len(put)} changes of the code only {len(judged)} could be tried."
        raise EnvironmentError_(said, "Run the same command again when the machine is less busy.")
    noticed = [(mutant, outcome.text) for mutant, outcome in judged if outcome.word != "survived"]
    return noticed, [mutant for mutant, outcome in judged if outcome.word == "survived"]


Asked = Sequence[tuple[Mutant, tuple[str, ...]]]


def _tried(both: Sides, sources: Sources, put: Asked) -> list[tuple[Mutant, Outcome]]:
    """What became of each change, and nothing of those that were not tried, or could not be."""

    def tried(warm: bool, runner: SuiteRunner) -> list[tuple[Mutant, Outcome]]:
        own = [(mutant, tests) for mutant, tests in put if _is_warm(both, mutant) is warm]
        jobs = tuple(Job(mutant.path, mutant.applied(sources.text(mutant.path)), tests, warm) for mutant, tests in own)
        asked = _tests_of(own) if warm else ()
        outcomes = runner.run(Order(only=asked, jobs=jobs, within_s=_WITHIN_S)).outcomes if jobs else ()
        by_job = {outcome.job: outcome for outcome in outcomes if outcome.word != "error"}
        return [(mutant, by_job[job]) for job, (mutant, _) in enumerate(own) if job in by_job]

    found = dict(pair for pairs in both.each(tried).values() for pair in pairs)
    return [(mutant, found[mutant]) for mutant, _ in put if mutant in found]


def _tests_of(put: Asked) -> tuple[str, ...]:
    return tuple(dict.fromkeys(test for _, tests in put for test in tests))


def _run_by(outcome: Outcome, tests: tuple[str, ...]) -> tuple[str, ...]:
    """The tests that ran until a change was noticed, the one that did it included; none where none did."""
    if outcome.word == "survived":
        return ()
    return tests[: tests.index(outcome.text) + 1] if outcome.text in tests else tests


def _unchanged(both: Sides, put: Asked) -> dict[bool, frozenset[str]]:
    """Of these tests, those that fail with nothing changed, where code is swapped (``True``) and where it is not."""

    def restless(warm: bool, runner: SuiteRunner) -> frozenset[str]:
        asked = _tests_of([(mutant, tests) for mutant, tests in put if _is_warm(both, mutant) is warm])
        return _restless(runner, asked, warm=warm) if asked else frozenset()

    return both.each(restless)


_CONFIRMED = 5
_CONTROL_S = 300.0
_WITHIN_S = 300.0


def _is_warm(both: Sides, mutant: Mutant) -> bool:
    return both.warm and bool(mutant.function)


def _restless(runner: SuiteRunner, asked: tuple[str, ...], *, warm: bool) -> frozenset[str]:
    """The tests that fail although nothing was changed: what they notice says nothing."""
    control = Job("", "", asked, warm)
    for outcome in runner.run(Order(only=asked, jobs=(control,), job_s=_CONTROL_S, within_s=_CONTROL_S)).outcomes:
        if outcome.word in ("survived", "killed"):
            return frozenset(outcome.text.split("\n")) if outcome.word == "killed" else frozenset()
    raise NoSuite("Your tests do not come to an end when they are run once more, with nothing changed.")


def _confirm(both: Sides, sources: Sources, noticed: Sequence[tuple[Mutant, str]], draw: random.Random) -> None:
    """Repeats some afresh, with the change in the file. ``NoSuite`` where no test notices one of them then."""
    named = [pair for pair in noticed if pair[1]]
    sampled = draw.sample(named, min(_CONFIRMED, len(named)))

    def confirm(first: bool, runner: SuiteRunner) -> None:
        for mutant, test in sampled[not first :: 2]:  # whichever sort they are of
            files = {mutant.path: mutant.applied(sources.text(mutant.path))}
            if all(_green(runner, files, tests, bool(mutant.function)) for tests in ((test,), ())):
                place = Location(mutant.path, mutant.line)
                raise NoSuite(f"Your tests report that they notice a change of {place}; with it in the file they pass.")

    both.each(confirm)


def _green(runner: SuiteRunner, files: dict[str, str], tests: tuple[str, ...], migrations: bool) -> bool:
    try:
        return runner.run(Order(only=tests, files=files, stop=True, migrations=migrations)).green
    except NoSuite:
        return False


def _measured(sources: Sources, noticed: list[tuple[Mutant, str]], alive: list[Mutant]) -> Measurement:
    total = len(noticed) + len(alive)
    if not total:
        raise NoSuite("None of the changed modules could be run by your tests.")
    return Measurement(
        KILLED,
        round(100 * len(noticed) / total, 1),
        _UNIT,
        Status.PASSED,
        _SOURCE,
        where=tuple(Location(mutant.path, mutant.line) for mutant in alive[:20]),
        findings=tuple(shown.survivors(sources, alive))[:MOST_FINDINGS],
        artefacts=tuple(shown.artefacts(sources, noticed, alive, KILLED)),
    )
