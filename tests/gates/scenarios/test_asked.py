"""Which tests are asked about a protection, and what is said of one about which they could not be asked."""

import ast
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import pytest

from grader.gates.scenarios.asked import Asking
from grader.gates.scenarios.catalogue import SCENARIOS, found_in
from grader.gates.scenarios.hints import BESIDE, ELSEWHERE, INSIDE, NAMED, Hints
from grader.gates.scenarios.module import Module
from grader.gates.suite.claims import Claims, Outcome, TestResult
from grader.gates.suite.runner import Order, SuiteRunner
from grader.gates.suite.sides import Sides
from grader.gates.suite.sources import Sources
from grader.gates.suite.test_set import TestSet

LOCKS = """
def edit(pk):
    return Comment.objects.select_for_update().get(pk=pk)


def remove(pk):
    return Comment.objects.select_for_update().get(pk=pk)
"""
TESTS = {
    "tests/test_csrf.py": "def test_from_elsewhere():\n    pass\n",
    "tests/test_views.py": (
        "TOKEN = 'csrf'\n\n\ndef test_csrf():\n    pass\n\n\ndef test_b():\n    csrf\n\n\ndef test_c():\n    pass\n"
    ),
    "tests/test_models.py": "def test_d():\n    pass\n",
}


class Scripted:
    """Stands for a runner: what each of its runs comes to, run by run."""

    warm = True

    def __init__(self, *runs: Sequence[str]) -> None:
        self._runs = list(runs)

    def run(self, order: Order) -> Claims:
        words = self._runs.pop(0)
        return Claims(0, outcomes=tuple(Outcome(n, word, "tests/test_a.py::test_a", 1) for n, word in enumerate(words)))


def words_of(*runs: Sequence[str]) -> list[str]:
    """What is said of both locks, where the runs come to these outcomes."""
    path, test = "src/comments/services.py", "tests/test_a.py::test_a"
    found = found_in([Module(path, LOCKS, ast.parse(LOCKS), {})], {})
    lines = {path: dict.fromkeys(range(1, LOCKS.count("\n") + 1), TestSet.of([0]))}
    claims = Claims(0, tests=(TestResult(test, "passed", 1),), lines=lines)
    hints = Hints(Sources(Path(), (), ()))
    runner = cast(SuiteRunner, Scripted(*runs))
    asking = Asking(Sides(runner), claims, {path: LOCKS}, hints, found, 60.0)
    return [verdict.word for verdict in asking.verdicts(found["concurrent"])]


@pytest.mark.parametrize(
    ("second", "words"),
    [
        (["killed", "killed"], ["together", "together"]),
        (["survived", "killed"], ["unnoticed", "together"]),
        (["survived"], ["unnoticed", "untried"]),
        ([], ["untried", "untried"]),
    ],
)
def test_what_could_not_be_tried_together_is_not_called_unnoticed(second: list[str], words: list[str]) -> None:
    nothing_changed = ["survived"]
    assert words_of(nothing_changed, ["survived", "survived"], second) == words


@pytest.mark.parametrize(
    ("test", "rank"),
    [
        ("tests/test_views.py::test_csrf", NAMED),
        ("tests/test_csrf.py::test_from_elsewhere", INSIDE),
        ("tests/test_views.py::test_b[x]", INSIDE),
        ("tests/test_views.py::test_c", BESIDE),
        ("tests/test_models.py::test_d", ELSEWHERE),
    ],
)
def test_a_test_is_about_what_it_or_its_file_is_called_by(test: str, rank: int, tmp_path: Path) -> None:
    for path, text in TESTS.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    hints = Hints(Sources(tmp_path, (), tuple(TESTS)))
    assert hints.rank(test, SCENARIOS["csrf"].words) == rank
