"""Mutants that are run together: what none of them is to fail is asked of one project that has all of their edits.

A check that passes there has been seen to pass with each of them, unless the edits of one hide what another breaks.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from grader.course.ledger import Entry, Outcome
from grader.course.mutants import edited
from grader.course.projection import Tree
from grader.course.stale import Part
from grader.domain.course import Edit, Module
from grader.domain.errors import CourseError

# A group in which one fails what it should not is run again in halves: with many, that is most groups.
MOST = 8
# A mutant that fails or blocks more than so many criteria does not start, or says little to the others.
_MOST_UNMET = 8

Run = Callable[[Tree, Part], Outcome]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A mutant with its edits, and the checks that have to be run with it."""

    entry: Entry
    edits: tuple[Edit, ...]
    part: Part
    unmet: frozenset[str]


def unmet(entry: Entry, before: Outcome | None) -> frozenset[str]:
    """The criteria that a mutant must, may or did not pass, and those that require one of them, at whatever remove."""
    found = {*entry.must_fail, *entry.may_fail, *(before.failed + before.blocked if before else ())}
    count = -1
    while count != len(found):
        count = len(found)
        found |= {c.id for c in entry.module.criteria if set(c.requires) & found}
    return frozenset(found)


def whole(entry: Entry) -> Part:
    """All checks of the entry's module."""
    criteria = [c.id for c in entry.module.criteria if not c.manual and entry.checks.criteria[c.id].split()[1:]]
    checks = [entry.checks.names[check] for i in criteria for check in entry.checks.criteria[i].split()[1:]]
    return Part(tuple(criteria), tuple(sorted(dict.fromkeys(checks))))


def groups_of(candidates: Iterable[Candidate], solution: Tree) -> Iterator[tuple[Candidate, ...]]:
    """The candidates, as groups whose edits fit into one project; those that fail the same criteria come together."""
    waiting = sorted(candidates, key=lambda one: (sorted(one.unmet), one.entry.name))
    while waiting:
        tree, group, left = solution, list[Candidate](), list[Candidate]()
        for one in waiting:
            more = None if len(group) == MOST or (group and len(one.unmet) > _MOST_UNMET) else _with(tree, one)
            if more is None:
                left.append(one)
            else:
                tree, group = more, [*group, one]
                if len(one.unmet) > _MOST_UNMET:
                    left += waiting[waiting.index(one) + 1 :]
                    break
        yield tuple(group)
        waiting = left


def _with(tree: Tree, one: Candidate) -> Tree | None:
    try:
        return edited(tree, one.edits, one.entry.name)
    except CourseError:  # another one has changed the same place
        return None


def passed_together(group: Sequence[Candidate], solution: Tree, run: Run) -> Mapping[str, frozenset[str]]:
    """Which criteria of its part each of the group has passed, by the name of the entry, as ``run`` of them says.

    What does not pass is asked of each half, down to single mutants, of which nothing is said: they are run alone.
    """
    found: dict[str, frozenset[str]] = {one.entry.name: frozenset() for one in group}
    excluded = frozenset[str]().union(*(one.unmet for one in group))
    _ask(group, solution, run, _shared(group, excluded), found)
    return found


def _shared(group: Sequence[Candidate], excluded: frozenset[str]) -> Part:
    """What every one of the group has to be asked, and none of them is to fail."""
    module: Module = group[0].entry.module
    in_all = frozenset[str].intersection(*(frozenset(one.part.criteria) for one in group)) - excluded
    checks = sorted({check for one in group for check in one.part.checks})
    return Part(tuple(c.id for c in module.criteria if c.id in in_all), tuple(checks))


def _ask(group: Sequence[Candidate], solution: Tree, run: Run, part: Part, found: dict[str, frozenset[str]]) -> None:
    if len(group) < 2 or not part.criteria:
        return
    tree = solution
    for one in group:
        tree = edited(tree, one.edits, one.entry.name)
    outcome = run(tree, part)
    stopped = {*outcome.failed, *outcome.blocked, *outcome.errored}
    passed = frozenset(part.criteria) - stopped
    for one in group:
        found[one.entry.name] |= passed
    rest = Part(tuple(i for i in part.criteria if i in stopped), part.checks)
    middle = len(group) // 2
    for half in (group[:middle], group[middle:]):
        _ask(half, solution, run, rest, found)
