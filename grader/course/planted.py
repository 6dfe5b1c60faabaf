"""A submission with planted faults: the solution of a module with several of its mutants at once."""

import random
from dataclasses import dataclass

from grader.course.manifest import Course
from grader.course.mutants import load_mutants, mutate
from grader.course.projection import Tree, project_tree
from grader.domain.course import Module, Mutant, State
from grader.domain.errors import CourseError, UsageError_

_MOST_CRITERIA = 3  # of a mutant that is drawn: what fails more says nothing of where to look


@dataclass(frozen=True, slots=True)
class Planted:
    """``tree`` has all faults; ``without`` is, for each mutant in their order, the tree with all others."""

    tree: Tree
    mutants: tuple[Mutant, ...]
    without: tuple[Tree, ...]


def plant(course: Course, module: Module, *, count: int, seed: int, names: tuple[str, ...] = ()) -> Planted:
    """Plant the mutants of these names, or so many that are drawn by the seed.

    No two of them may fail the same criterion, so that a reviewer's verdict on it is about one fault.

    Raises:
        UsageError_: there is no mutant of a name, some cannot be planted together, or too few can.
        CourseError: the module's mutants are malformed.
    """
    known = {mutant.id: mutant for mutant in load_mutants(course, module)}
    if unknown := sorted(set(names) - known.keys()):
        raise UsageError_(
            f"module {module.number:02d} has no mutant {', '.join(unknown)}",
            f"They are the files in modules/{module.slug}/mutants.",
        )
    solution = project_tree(course, State(module.number, True))
    chosen = _named(solution, [known[name] for name in dict.fromkeys(names)]) if names else ()
    chosen = chosen or _drawn(solution, list(known.values()), count, seed)
    if len(chosen) < (len(set(names)) or count):
        raise UsageError_(
            f"only {len(chosen)} mutants of module {module.number:02d} can be planted together",
            "Ask for fewer: --faults N.",
        )
    without = tuple(_all(solution, [m for m in chosen if m is not left]) or solution for left in chosen)
    return Planted(_all(solution, chosen) or solution, chosen, without)


def _named(solution: Tree, wanted: list[Mutant]) -> tuple[Mutant, ...]:
    for index, mutant in enumerate(wanted):
        for other in wanted[:index]:
            if both := sorted(_reach(mutant) & _reach(other)):
                raise UsageError_(
                    f"{mutant.id} and {other.id} both fail {', '.join(both)}", "Plant only one of the two."
                )
    if not _fits(solution, wanted):
        raise UsageError_("these mutants change the same lines", "Plant fewer, or let them be drawn: --faults N.")
    return tuple(wanted)


def _drawn(solution: Tree, mutants: list[Mutant], count: int, seed: int) -> tuple[Mutant, ...]:
    random.Random(seed).shuffle(mutants)
    chosen: list[Mutant] = []
    for mutant in mutants:
        if len(chosen) == count:
            break
        alone = not any(_reach(mutant) & _reach(other) for other in chosen)
        if alone and len(mutant.must_fail) <= _MOST_CRITERIA and _fits(solution, [*chosen, mutant]):
            chosen.append(mutant)
    return tuple(chosen)


def _fits(solution: Tree, mutants: list[Mutant]) -> bool:
    """Whether all of them can be planted, and each be taken away again."""
    return all(_all(solution, [m for m in mutants if m is not left]) is not None for left in [None, *mutants])


def _all(solution: Tree, mutants: list[Mutant] | tuple[Mutant, ...]) -> Tree | None:
    """The tree with all of them; ``None`` where one no longer matches."""
    tree = solution
    try:
        for mutant in mutants:
            tree = mutate(tree, mutant)
    except CourseError:
        return None
    return tree


def _reach(mutant: Mutant) -> frozenset[str]:
    return frozenset(mutant.must_fail) | frozenset(mutant.may_fail)
