"""What the tests ran of a module, counted against what there is to run in it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from grader.gates.suite.claims import Claims
from grader.gates.suite.code import Branch, Module
from grader.gates.suite.test_set import IMPORTED, TestSet

_JUMP = 6


@dataclass(frozen=True, slots=True)
class Counted:
    """One module: statements and ways out of branches, how many there are and how many were run.

    ``missing`` are the first lines of statements that were not, ``one_way`` those of branches that went one way only.
    """

    path: str
    total: int
    run: int
    missing: tuple[int, ...]
    one_way: tuple[int, ...]


def passing(claims: Claims) -> TestSet:
    """The tests whose lines count: those that passed; and what is imported before any."""
    return TestSet.of(n for n, test in enumerate(claims.tests) if test.outcome == "passed") | IMPORTED


def run_lines(claims: Claims, path: str) -> dict[int, TestSet]:
    """The lines of a file that passing tests ran, each with these tests."""
    good = passing(claims)
    ran = {line: tests & good for line, tests in claims.lines.get(path, {}).items()}
    return {line: tests for line, tests in ran.items() if tests}


def counted(path: str, module: Module, claims: Claims) -> Counted:
    """A module's statements and branches against what was claimed of it. A line that it does not have adds nothing."""
    lines = frozenset(run_lines(claims, path))
    hit = {first for first, statement in module.statements.items() if statement.own & lines}
    jumps = claims.branches.get(path, frozenset())
    ways = {n: _ways(branch, lines, jumps) for n, branch in enumerate(module.branches)}
    return Counted(
        path,
        total=len(module.statements) + 2 * len(module.branches),
        run=len(hit) + sum(map(sum, ways.values())),
        missing=tuple(sorted(set(module.statements) - hit)),
        one_way=tuple(sorted(module.branches[n].line for n, found in ways.items() if sum(found) == 1)),
    )


def _ways(branch: Branch, lines: frozenset[int], jumps: Iterable[tuple[int, ...]]) -> tuple[bool, bool]:
    """Whether it went in, and whether it went past, in a test that counts."""
    if not any(line in lines for span in branch.decides for line in range(span.start[0], span.end[0] + 1)):
        return False, False
    entered, passed = bool(branch.body & lines), bool(branch.orelse & lines)
    for jump in (jump for jump in jumps if len(jump) == _JUMP):
        start, places = (jump[0], jump[1]), ((jump[2], jump[3]), (jump[4], jump[5]))
        if not _decided(branch, start):
            continue
        if any(place in span for place in places for span in branch.enters):
            entered = True
        elif branch.by_jump and not any(places[1] in span and places[1] > start for span in branch.decides):
            passed = True
    return entered, passed


def _decided(branch: Branch, place: tuple[int, int]) -> bool:
    return any(place in span for span in branch.decides) and not any(place in span for span in branch.inner)


def percent(found: Iterable[Counted]) -> float | None:
    """Of all of them together, in percent; ``None`` where there is nothing to run."""
    found = tuple(found)
    total = sum(one.total for one in found)
    return 100 * sum(one.run for one in found) / total if total else None


def by_layer(found: Mapping[str, Iterable[Counted]]) -> dict[str, float]:
    """The same for each layer that has something to run."""
    shares = {name: percent(modules) for name, modules in found.items()}
    return {name: share for name, share in shares.items() if share is not None}
