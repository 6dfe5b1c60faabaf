"""Statements and branches as they are counted, by the real recorder on a module with every kind of branch."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from grader.gates.coverage.counted import Counted, counted, percent
from grader.gates.suite import Claims, TestResult
from grader.gates.suite.code import module_of
from grader.gates.suite.test_set import TestSet

INSIDE = Path(__file__).parents[3] / "grader" / "gates" / "suite" / "inside"
RUN = """
import importlib.util, json, os, sys
spec = importlib.util.spec_from_file_location("recorder", sys.argv[1])
recorder = importlib.util.module_from_spec(spec)
spec.loader.exec_module(recorder)
watching = recorder.Recorder(os.getcwd(), ["sample.py"])
watching.start()
sys.path.insert(0, os.getcwd())
import sample
watching.begin(0)
exec(sys.argv[2])
watching.begin(-1)
print(json.dumps(watching.finish()))
"""


def count(tmp_path: Path, text: str, done: str, outcome: str = "passed") -> Counted:
    (tmp_path / "sample.py").write_text(text)
    command = [sys.executable, "-c", RUN, str(INSIDE / "recorder.py"), done]
    said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True, timeout=60)
    lines, branches = json.loads(said.stdout)
    claims = Claims(
        0,
        tests=(TestResult("test", outcome, 1),),
        lines={
            name: {int(line): TestSet.read(tests, 1) for line, tests in found.items()} for name, found in lines.items()
        },
        branches={name: frozenset(map(tuple, found)) for name, found in branches.items()},
    )
    return counted("sample.py", module_of(text, ast.parse(text)), claims)


IF = "def f(a, b=0):\n    if a and b:\n        return 1\n    return 2\n"
LOOP = "def f(a):\n    for x in a:\n        if x > 1:\n            continue\n        print(end='')\n    return a\n"
WHILE = "def f(n):\n    while n:\n        n -= 1\n        if n == 5:\n            break\n    return n\n"
LAST = "def f(a):\n    if a:\n        print(end='')\n"
MATCH = "def f(a):\n    match a:\n        case 1:\n            return 1\n        case [x] if x:\n            return x\n"
ELIF = """
def f(a):
    if a == 1:
        b = 1
    elif any(x for x in a):
        b = 2
    else:
        b = 3
    return b
""".lstrip()
QUIET = '''
"""Doc."""
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import os


class A:
    """Doc."""

    def f(self): ...
'''.lstrip()
CASES = {
    "both ways": (IF, "sample.f(1, 1), sample.f(1, 0)", (), ()),
    "one way": (IF, "sample.f(1, 1)", (4,), (2,)),
    "the other way": (IF, "sample.f(0)", (3,), (2,)),
    "a second operand that is never true": (IF, "sample.f(1, 0)", (3,), (2,)),
    "a loop that continues": (LOOP, "sample.f([1, 2])", (), ()),
    "a loop over nothing": (LOOP, "sample.f([])", (3, 4, 5), (2,)),
    "a while loop that ends": (WHILE, "sample.f(3), sample.f(7)", (), ()),
    "a while loop that is broken off": (WHILE, "sample.f(7)", (), (2,)),
    "an if at the end": (LAST, "sample.f(1), sample.f(0)", (), ()),
    "an if at the end, one way": (LAST, "sample.f(1)", (), (2,)),
    "all cases": (MATCH, "sample.f(1), sample.f([1]), sample.f([0])", (), ()),
    "one case": (MATCH, "sample.f(1)", (6,), (3,)),
    "elif and a generator": (ELIF, "sample.f(1), sample.f([1]), sample.f([])", (), ()),
    "no else": (ELIF, "sample.f(1), sample.f([1])", (7,), (4,)),
    "nothing": (IF, "", (2, 3, 4), ()),
}


@pytest.mark.parametrize("name", CASES)
def test_missing_statements_and_ways(tmp_path: Path, name: str) -> None:
    text, done, missing, one_way = CASES[name]
    found = count(tmp_path, text, done)
    assert (found.missing, found.one_way) == (missing, one_way)
    assert (found.run == found.total) == (not missing and not one_way)


def test_what_a_failing_test_runs_does_not_count(tmp_path: Path) -> None:
    assert count(tmp_path, IF, "sample.f(1, 1), sample.f(1, 0)", outcome="failed").missing == (2, 3, 4)


def test_what_says_nothing_does_not_count(tmp_path: Path) -> None:
    assert set(module_of(QUIET, ast.parse(QUIET)).statements) == {2, 8, 11}


def test_lines_that_are_not_there_add_nothing() -> None:
    claims = Claims(
        0, tests=(TestResult("test", "passed", 1),), lines={"a.py": dict.fromkeys(range(1, 999), TestSet.of([0]))}
    )
    found = counted("a.py", module_of("a = 1\n", ast.parse("a = 1\n")), claims)
    assert (found.run, found.total, percent([found])) == (1, 1, 100)


def test_all_tests_that_run_a_line_are_recorded(tmp_path: Path) -> None:
    """However many: which of them are asked about the line is decided by what they are about, not by their order."""
    (tmp_path / "sample.py").write_text("def f():\n    return 1\n")
    done = "for test in range(1000):\n    watching.begin(test)\n    sample.f()"
    command = [sys.executable, "-c", RUN, str(INSIDE / "recorder.py"), done]
    said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True, timeout=60)
    lines, _ = json.loads(said.stdout)
    assert list(TestSet.read(lines["sample.py"]["2"], 1000)) == list(range(1000))
