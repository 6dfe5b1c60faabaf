"""Edits of a module that end the tests where they run it, and edits of the same form that do nothing."""

import random
from collections.abc import Mapping
from dataclasses import dataclass

from grader.gates.coverage.counted import run_lines
from grader.gates.suite.claims import Claims
from grader.gates.suite.code import Module
from grader.gates.suite.test_set import IMPORTED, NONE

_ASKED = 3
_ENDS = '__import__("os")._exit({status})'


@dataclass(frozen=True, slots=True)
class Place:
    """A line that was claimed to be run, and one of the tests that did it."""

    path: str
    line: int
    tests: tuple[str, ...]


def places(modules: Mapping[str, Module], claims: Claims, draw: random.Random, most: int) -> list[Place]:
    """Up to ``most`` claimed lines of functions, drawn evenly from all, before which another line can be written."""
    found = []
    for path, module in sorted(modules.items()):
        ran = run_lines(claims, path)
        for line, statement in sorted(module.statements.items()):
            tests = list(ran.get(line, NONE) - IMPORTED)
            if statement.open and statement.function and tests:
                found.append((path, line, tests))
    drawn = draw.sample(found, min(most, len(found)))
    return [
        Place(path, line, tuple(claims.tests[test].name for test in draw.sample(quick, min(_ASKED, len(quick)))))
        for path, line, tests in drawn
        if (quick := _quicker(tests, claims))
    ]


def _quicker(tests: list[int], claims: Claims) -> list[int]:
    """The quicker half, and some at least: whichever of them is asked, a line that any of them runs is run."""
    by_time = sorted(tests, key=lambda test: (claims.tests[test].ms, test))
    return by_time[: max(_ASKED, -(-len(tests) // 2))]


def probed(text: str, line: int, draw: random.Random, *, ends: bool) -> str:
    """The text with a line before that one, which ends the process, or, in the same words, never does.

    Only the numbers tell the two apart: what looks for the edit instead of running the line takes one for the other.
    """
    lines = text.split("\n")
    indent = lines[line - 1][: len(lines[line - 1]) - len(lines[line - 1].lstrip())]
    factor, plus, modulo = draw.randint(3, 90), draw.randint(1, 90), draw.randint(5, 60)
    rest = plus % modulo if ends else (plus + draw.randint(1, modulo - 1)) % modulo
    value = draw.choice(("len(__name__)", "len(__file__)"))
    condition = f"({value} * {factor * modulo} + {plus}) % {modulo} == {rest}"
    lines.insert(line - 1, f"{indent}if {condition}: {_ENDS.format(status=draw.randint(3, 90))}")
    return "\n".join(lines)
