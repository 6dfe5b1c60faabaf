"""Mutants that are run as one project: which come together, and what is known of each of them afterwards."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from grader.course import Course
from grader.course.ledger import Entry, Outcome
from grader.course.projection import Tree
from grader.course.stale import Part
from grader.course.together import MOST, Candidate, groups_of, passed_together, unmet, whole
from grader.domain.course import Criterion, Edit
from tests.course.proofs import entry

CRITERIA = ("a", "b", "c", "d", "e")
LINES = [f"line {n}" for n in range(40)]
SOLUTION: Tree = {"one.py": ("\n".join(LINES).encode() + b"\n", False)}


@pytest.fixture
def mutant(course: Course) -> Callable[..., Candidate]:
    """``mutant(3, must="a")``: one that changes the line 3, and has to be asked all criteria."""
    template = entry(course, "01/mutant/forgets")
    first = template.module.criteria[0]
    criteria = tuple(replace(first, id=i, requires=("d",) if i == "e" else ()) for i in CRITERIA)
    module = replace(template.module, criteria=criteria)

    def make(line: int, must: str = "a", asked: str = "abcde") -> Candidate:
        each = replace(template, name=f"01/mutant/of-{line}", module=module, must_fail=tuple(must), may_fail=())
        edits = (Edit("one.py", f"line {line}\n", f"changed {line}\n"),)
        return Candidate(each, edits, Part(tuple(asked), ("check::one",)), unmet(each, None))

    return make


def changed(tree: Tree) -> list[int]:
    """The lines that a project has changed."""
    text = tree["one.py"][0].decode()
    return [n for n, line in enumerate(text.splitlines()) if line == f"changed {n}"]


class Machine:
    """Grades by a table: which criteria fail with a change of a line."""

    def __init__(self, **fails: str) -> None:
        self.fails = {int(name.removeprefix("of_")): set(failed) for name, failed in fails.items()}
        self.ran: list[tuple[list[int], str]] = []

    def __call__(self, tree: Tree, part: Part) -> Outcome:
        lines = changed(tree)
        self.ran.append((lines, "".join(part.criteria)))
        failed = set().union(*(self.fails.get(n, set()) for n in lines)) & set(part.criteria)
        return Outcome("", 0, failed=tuple(sorted(failed)))


def test_those_that_fail_the_same_come_together_and_as_many_as_fit(mutant: Callable[..., Candidate]) -> None:
    many = [mutant(n, must="ab"[n % 2]) for n in range(2 * MOST + 2)]
    found = [[one.entry.must_fail for one in group] for group in groups_of(many, SOLUTION)]
    assert [len(group) for group in found] == [MOST, MOST, 2]
    assert found[0] == [("a",)] * MOST


def test_edits_of_one_place_are_apart(mutant: Callable[..., Candidate]) -> None:
    """The second does not find what it changes, and is of the next group."""
    one, other = mutant(3), mutant(4)
    again = replace(one, entry=replace(one.entry, name="01/mutant/other-3"))
    found = [[each.entry.name for each in group] for group in groups_of([one, again, other], SOLUTION)]
    assert sorted(name for group in found for name in group) == [
        "01/mutant/of-3",
        "01/mutant/of-4",
        "01/mutant/other-3",
    ]
    assert [len(group) for group in found] == [2, 1]


def test_one_that_fails_nearly_everything_is_alone(mutant: Callable[..., Candidate]) -> None:
    broken = replace(mutant(1), unmet=frozenset("abcdefghij"))
    found = [[each.entry.name for each in group] for group in groups_of([mutant(2), broken, mutant(3)], SOLUTION)]
    assert ["01/mutant/of-1"] in found
    assert ["01/mutant/of-2", "01/mutant/of-3"] in found


def test_what_none_is_to_fail_is_asked_once(mutant: Callable[..., Candidate]) -> None:
    machine = Machine(of_1="a", of_2="a", of_3="b")
    group = (mutant(1), mutant(2), mutant(3, must="b"))
    found = passed_together(group, SOLUTION, machine)
    assert machine.ran == [([1, 2, 3], "cde")]
    assert {frozenset("cde")} == set(found.values())


def test_what_requires_a_criterion_that_fails_is_not_asked(mutant: Callable[..., Candidate]) -> None:
    """It would be blocked."""
    machine = Machine()
    passed_together((mutant(1, must="d"), mutant(2, must="d")), SOLUTION, machine)
    assert machine.ran == [([1, 2], "abc")]


def test_a_stray_is_found_in_halves_and_nothing_is_said_of_it(mutant: Callable[..., Candidate]) -> None:
    machine = Machine(of_3="c")
    found = passed_together(tuple(mutant(n) for n in (1, 2, 3, 4)), SOLUTION, machine)
    assert machine.ran == [([1, 2, 3, 4], "bcde"), ([1, 2], "c"), ([3, 4], "c")]
    assert {name[-1]: "".join(sorted(passed)) for name, passed in found.items()} == {
        "1": "bcde",
        "2": "bcde",
        "3": "bde",
        "4": "bde",
    }


def test_only_what_all_have_to_be_asked_is_asked(mutant: Callable[..., Candidate]) -> None:
    machine = Machine()
    found = passed_together((mutant(1, asked="abc"), mutant(2, asked="acd")), SOLUTION, machine)
    assert machine.ran == [([1, 2], "c")]
    assert set(found.values()) == {frozenset("c")}


@pytest.mark.parametrize("asked", ["a", ""])
def test_where_nothing_can_be_asked_nothing_runs(mutant: Callable[..., Candidate], asked: str) -> None:
    machine = Machine()
    assert set(passed_together((mutant(1, asked=asked), mutant(2, asked=asked)), SOLUTION, machine).values()) == {
        frozenset()
    }
    assert machine.ran == []


def test_the_whole_of_a_module_has_every_check(course: Course) -> None:
    each: Entry = entry(course, "01/mutant/forgets")
    scored: list[Criterion] = [c for c in each.module.criteria if not c.manual]
    part = whole(each)
    assert part.criteria == tuple(c.id for c in scored)
    assert set(part.checks) == set(each.checks.names.values())
