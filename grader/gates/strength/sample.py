"""Which mutants are made, and which tests are asked about each."""

import random
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

from grader.gates.coverage.counted import passing, run_lines
from grader.gates.strength.mutant import Mutant
from grader.gates.strength.operators import choices, is_change, mutants
from grader.gates.suite.claims import Claims
from grader.gates.suite.sources import Sources
from grader.gates.suite.test_set import IMPORTED, NONE, TestSet

_MOST_TESTS, _MOST_MS = 300, 10_000
_LONGEST_MODULE = 200_000  # characters
_MOST_TRIED = 200


def possible(sources: Sources, paths: Sequence[str], claims: Claims) -> list[Mutant]:
    """All mutants of lines that passing tests run. A module that is too long or too deep to be taken apart has none."""
    siblings = choices([sources.tree(path) for path in sources.measured])
    found: list[Mutant] = []
    for path in paths:
        ran, text = run_lines(claims, path), sources.text(path)
        if len(text) > _LONGEST_MODULE:
            continue
        with suppress(RecursionError):
            made = list(mutants(path, text, sources.tree(path), siblings))
            found += [each for each in made if each.line in ran and (not each.function or _tests(ran, each))]
    return found


def drawn(sources: Sources, found: Iterable[Mutant], most: int, draw: random.Random) -> list[Mutant]:
    """Up to ``most``, from each operator in turn, so that those that fit everywhere do not crowd out the others."""
    by_operator: dict[str, list[Mutant]] = {}
    for mutant in found:
        by_operator.setdefault(mutant.operator, []).append(mutant)
    queues = [draw.sample(group, len(group)) for _, group in sorted(by_operator.items())]
    taken: list[Mutant] = []
    for _ in range(_MOST_TRIED):
        queues = [queue for queue in queues if queue]
        for queue in queues:
            mutant = queue.pop()
            if len(taken) < most and is_change(sources.text(mutant.path), mutant):
                taken.append(mutant)
        if len(taken) == most or not queues:
            break
    return taken


def covering(mutant: Mutant, claims: Claims) -> tuple[str, ...]:
    """The tests to ask, at most ``_MOST_TESTS`` and ``_MOST_MS`` of them: those that run the line, the quickest first.

    For what a class declares no test runs the line: then those that run functions of its package, and others after.
    """
    ran = run_lines(claims, mutant.path)
    near = _tests(ran, mutant) if mutant.function else _of_package(mutant.path, claims)
    others = NONE if mutant.function else passing(claims) - near - IMPORTED
    chosen: list[str] = []
    ms = 0
    for test in (*_quickest(near, claims), *_quickest(others, claims)):
        ms += claims.tests[test].ms
        if chosen and (ms > _MOST_MS or len(chosen) >= _MOST_TESTS):
            break
        chosen.append(claims.tests[test].name)
    return tuple(chosen)


def _quickest(tests: TestSet, claims: Claims) -> list[int]:
    return sorted(tests, key=lambda test: (claims.tests[test].ms, test))


def _tests(ran: Mapping[int, TestSet], mutant: Mutant) -> TestSet:
    return ran.get(mutant.line, NONE) - IMPORTED


def _of_package(path: str, claims: Claims) -> TestSet:
    return (claims.of_package(path) & passing(claims)) - IMPORTED
