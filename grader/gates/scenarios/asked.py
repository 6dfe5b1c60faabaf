"""Takes protections away, one at a time, and asks the tests; what they report is asked again where it can be."""

import ast
import random
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import or_

from grader.domain.location import Location
from grader.domain.words import bounded
from grader.gates.coverage.counted import passing, run_lines
from grader.gates.scenarios.catalogue import SCENARIOS
from grader.gates.scenarios.hints import INSIDE, Hints
from grader.gates.scenarios.module import is_docstring
from grader.gates.scenarios.protection import Protection, all_removed
from grader.gates.suite.claims import Claims, Outcome
from grader.gates.suite.runner import Job, NoSuite, Order, SuiteRunner
from grader.gates.suite.sides import Sides
from grader.gates.suite.test_set import IMPORTED, NONE, TestSet

_MOST_TESTS = 60
_MOST_MS = 4_000
_CONTROL_S = 240.0
_CONFIRMED = 3
_NOTICED = ("killed", "timeout")

Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the tests made of one protection that was taken away.

    ``word``: ``noticed``, by the test ``by``; ``together``, noticed once nothing else protected from the same;
    ``unnoticed``; ``never-run``, no passing test comes there; ``restless``, what comes there fails anyhow; ``untried``.
    """

    protection: Protection
    word: str
    by: str = ""

    @property
    def noticed(self) -> bool | None:
        """Whether the tests did; ``None`` if it is not known."""
        return None if self.word == "untried" else self.word in ("noticed", "together")


@dataclass(frozen=True)
class Asking:
    """The tests of one project: ``texts`` are its files, ``claims`` what a recorded run of the tests said.

    ``all`` are the protections that there are; no other one is begun after ``within_s`` seconds of each sort.
    """

    both: Sides
    claims: Claims
    texts: Texts
    hints: Hints
    all: Mapping[str, Sequence[Protection]]
    within_s: float
    _restless: dict[bool, frozenset[str]] = field(default_factory=dict)

    @property
    def runner(self) -> SuiteRunner:
        """One that whatever is of no sort is run by."""
        return self.both.first

    def verdicts(self, chosen: Sequence[Protection]) -> list[Verdict]:
        """One for each. ``NoSuite`` where the tests do not come to an end with nothing changed."""
        tests = {each: self.covering(each) for each in chosen}

        def control(warm: bool, runner: SuiteRunner) -> frozenset[str]:
            asked = dict.fromkeys(test for each in chosen if self._warm(each) is warm for test in tests[each])
            return _control(runner, tuple(asked), warm=warm) if asked else frozenset()

        self._restless.update(self.both.each(control))
        first = self._run([(each, self._kept(each, tests[each]), (each,)) for each in chosen if tests[each]])
        alone = {each: self._verdict(each, first.get(each), tests[each]) for each in chosen}
        held = [each for each, (word, _) in alone.items() if word == "unnoticed" and len(self.all[each.scenario]) > 1]
        second = self._run([(each, self._kept(each, tests[each]), self.all[each.scenario]) for each in held])
        for each in held:
            alone[each] = self._together(second.get(each))
        for each in chosen:
            if not tests[each] and (by := self._elsewhere(each)):
                alone[each] = "noticed", by
        return [Verdict(each, *alone[each]) for each in chosen]

    def confirm(self, verdicts: Iterable[Verdict], draw: random.Random) -> None:
        """Asks some of those that were noticed once more. ``NoSuite`` if the tests make it up, or notice anything.

        Without the protection, in the file, the test has to fail; with a line that does nothing it has to pass.
        """
        named = [each for each in verdicts if each.word == "noticed" and each.by]
        sampled = draw.sample(named, min(_CONFIRMED, len(named)))
        for each in sampled:
            place, path = each.protection, each.protection.path
            files = {path: place.removed(self.texts[path])}
            if self._green(files, (each.by,), migrations=bool(place.function)):
                where = Location(path, place.line)
                raise NoSuite(f"Your tests report that they notice a change of {where}; with it in the file they pass.")
        self._neutral([each for each in sampled if path_is_python(each.protection.path)])

    def _neutral(self, verdicts: Sequence[Verdict]) -> None:
        for each in verdicts[:2]:
            path = each.protection.path
            text = with_nothing_new(self.texts[path], each.protection)
            job = Job(path, text, (each.by,), self._warm(each.protection))
            for outcome in self.runner.run(Order(only=(each.by,), jobs=(job,), within_s=self.within_s)).outcomes:
                if outcome.word == "killed":
                    raise NoSuite(f"{bounded(each.by)} fails when a line that does nothing is added to {path}.")

    def covering(self, protection: Protection) -> tuple[str, ...]:
        """The tests to ask: those that run it; of what is declared, those of its package and those that are about it.

        Those that are about the scenario come first, by their words, and among them the quickest.
        """
        words = _words(protection)
        good = passing(self.claims) - IMPORTED
        if protection.function:
            ran = run_lines(self.claims, protection.path)
            lines = range(protection.line, protection.last + 1)
            near = reduce(or_, (ran.get(line, NONE) for line in lines), NONE) - IMPORTED
        else:
            near = self.claims.of_package(protection.path) & good
            near |= TestSet.of(n for n in good if self.hints.rank(self.claims.tests[n].name, words) <= INSIDE)
        chosen: list[str] = []
        ms = 0
        for n in sorted(near or good if not protection.function else near, key=lambda n: self._order(n, words)):
            ms += self.claims.tests[n].ms
            if chosen and (ms > _MOST_MS or len(chosen) >= _MOST_TESTS):
                break
            chosen.append(self.claims.tests[n].name)
        return tuple(chosen)

    def _order(self, test: int, words: re.Pattern[str]) -> tuple[int, int, int]:
        found = self.claims.tests[test]
        return self.hints.rank(found.name, words), found.ms, test

    def _warm(self, protection: Protection) -> bool:
        return self.both.warm and bool(protection.function)

    def _kept(self, protection: Protection, tests: Sequence[str]) -> tuple[str, ...]:
        return tuple(test for test in tests if test not in self._restless[self._warm(protection)])

    def _run(
        self, orders: Sequence[tuple[Protection, tuple[str, ...], Sequence[Protection]]]
    ) -> dict[Protection, Outcome]:
        """What became of each, with these protections taken away; nothing of those that were not tried."""
        put = [(each, tests, removed) for each, tests, removed in orders if tests and path_is_python(each.path)]

        def tried(warm: bool, runner: SuiteRunner) -> dict[Protection, Outcome]:
            own = [order for order in put if self._warm(order[0]) is warm]
            jobs = tuple(self._job(*order) for order in own)
            asked = tuple(dict.fromkeys(test for job in jobs for test in job.tests)) if warm else ()
            order = Order(only=asked, jobs=jobs, jobs_s=self.within_s, within_s=6 * self.within_s)
            outcomes = runner.run(order).outcomes if jobs else ()
            told = {outcome.job: outcome for outcome in outcomes if outcome.word != "error"}
            return {each: told[n] for n, (each, _, _) in enumerate(own) if n in told}

        sorts = self.both.each(tried)
        found = sorts[True] | sorts[False]
        for each, tests, _ in orders:
            if tests and not path_is_python(each.path):
                found[each] = self._in_file(each, tests)
        return found

    def _job(self, protection: Protection, tests: tuple[str, ...], removed: Sequence[Protection]) -> Job:
        warm = self._warm(protection)
        paths: dict[str, list[Protection]] = {protection.path: [protection]}
        for each in removed:
            if path_is_python(each.path) and (each.function or not warm):
                paths.setdefault(each.path, []).append(each)
        own, *others = ((path, all_removed(self.texts[path], parts)) for path, parts in paths.items())
        return Job(own[0], own[1], tests, warm, tuple(others))

    def _elsewhere(self, protection: Protection) -> str:
        """The test that notices what runs in another process, as a server does that a test starts; "" if none does."""
        words = _words(protection)
        good = passing(self.claims) - IMPORTED
        about = sorted(self._order(n, words) for n in good)
        tests = tuple(self.claims.tests[n].name for rank, _, n in about[:_MOST_TESTS] if rank <= INSIDE)
        if not tests:
            return ""
        files = {protection.path: protection.removed(self.texts[protection.path])}
        failed = self.runner.run(Order(only=tests, files=files, stop=True, within_s=4 * self.within_s)).failed
        return failed[0] if failed and self._green({}, failed[:1], migrations=True) else ""

    def _in_file(self, protection: Protection, tests: tuple[str, ...]) -> Outcome:
        """Of a file that is no module: the tests are run with another text of it."""
        files = {protection.path: protection.removed(self.texts[protection.path])}
        claims = self.runner.run(Order(only=tests, files=files, migrations=False, within_s=6 * self.within_s))
        failed = claims.failed
        return Outcome(-1, "killed" if failed else "survived", failed[0] if failed else "", 0)

    def _green(self, files: Texts, tests: tuple[str, ...], *, migrations: bool) -> bool:
        try:
            return self.runner.run(Order(only=tests, files=files, stop=True, migrations=migrations)).green
        except NoSuite:
            return False

    def _together(self, outcome: Outcome | None) -> tuple[str, str]:
        """What nobody noticed by itself, once all that protects from the same is gone, if that could be tried."""
        if outcome is None:
            return "untried", ""
        return ("together", outcome.text) if outcome.word in _NOTICED else ("unnoticed", "")

    def _verdict(self, each: Protection, outcome: Outcome | None, tests: Sequence[str]) -> tuple[str, str]:
        if not tests:
            return "never-run", ""
        if not self._kept(each, tests):
            return "restless", ""
        if outcome is None:
            return "untried", ""
        return ("noticed", outcome.text) if outcome.word in _NOTICED else ("unnoticed", "")


def _control(runner: SuiteRunner, tests: tuple[str, ...], *, warm: bool) -> frozenset[str]:
    """The tests that fail although nothing was changed: what they notice says nothing."""
    order = Order(only=tests, jobs=(Job("", "", tests, warm),), job_s=_CONTROL_S, within_s=_CONTROL_S)
    for outcome in runner.run(order).outcomes:
        if outcome.word in ("survived", "killed"):
            return frozenset(outcome.text.split("\n")) if outcome.word == "killed" else frozenset()
    raise NoSuite("Your tests do not come to an end when they are run once more, with nothing changed.")


def path_is_python(path: str) -> bool:
    """Whether it is a module, which can be changed where it is imported."""
    return path.endswith(".py")


def _words(protection: Protection) -> re.Pattern[str]:
    """What a test says that is about it: of a status, the number."""
    status = re.match(r"[245]\d\d(?= becomes)", protection.what)
    return re.compile(rf"\b{status[0]}\b") if status else SCENARIOS[protection.scenario].words


def with_nothing_new(text: str, protection: Protection) -> str:
    """A module with a line that does nothing, in the function that a protection is in, and a comment on top."""
    lines = text.split("\n")
    inside = [
        node
        for node in ast.walk(ast.parse(text))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and node.lineno <= protection.line <= (node.end_lineno or 0)
    ]
    for function in inside[-1:]:
        first = function.body[1] if len(function.body) > 1 and is_docstring(function.body[0]) else function.body[0]
        if first.lineno > function.lineno:
            lines.insert(first.lineno - 1, f"{' ' * first.col_offset}if not __name__: raise SystemExit")
    return "\n".join(["#", *lines])
