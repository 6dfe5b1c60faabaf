"""What gates may take stands in one table, adds up to what the modules may, and is what the code bounds them by."""

import re
from pathlib import Path

import pytest

from grader.course import load_course
from grader.gates import GATES, METRICS
from grader.gates.contract import contract_run, proxy
from grader.gates.coverage.gate import CoverageGate
from grader.gates.documentation import running
from grader.gates.operations import kubernetes
from grader.gates.performance import duet, spike
from grader.gates.registry import planned_s
from grader.gates.scenarios.gate import ScenariosGate
from grader.gates.security import asking, dast
from grader.gates.strength import gate as strength
from grader.gates.suite import Order
from grader.tools import hadolint, installed, mypy, tool

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "gates" / "index.md").read_text("utf-8")
MODULES = {1: 90, 2: 90, 3: 300, 4: 300, 5: 900}
# What ends a gate, as the code has it: the numbers of the last column, in their order.
ENDS: dict[str, tuple[float, ...]] = {
    "coverage": (CoverageGate().within_s,),
    "contract": (contract_run._CPU_S, proxy.MOST_SILENT, proxy.ANSWER_S),
    "security": (asking.MOST_S, dast._CPU_S),
    "style": (tool._LIMITS.wall_s, installed._LIMITS.wall_s, mypy._LIMITS.wall_s),
    "documentation": (running._ONE_S, running._ALL_S),
    "operations": (hadolint._LIMITS.wall_s, kubernetes._LIMITS.wall_s),
    "strength": (strength._WITHIN_S, Order().jobs_s),
    "scenarios": (ScenariosGate().within_s,),
    "performance": (duet.LONGEST_S, spike.WITHIN_S),
}


def row(gate: str) -> list[str]:
    (found,) = re.findall(rf"^\| {gate} \| (\d.*) \|$", PAGE, re.MULTILINE)
    return [cell.strip() for cell in found.split("|")]


def numbers(text: str) -> tuple[float, ...]:
    return tuple(map(float, re.findall(r"\d+", text)))


@pytest.mark.parametrize("gate", GATES)
def test_the_table_has_the_budget_and_what_ends_the_gate(gate: str) -> None:
    budget, _, ends = row(gate)
    listed = GATES[gate]
    assert numbers(budget) == tuple(filter(None, (listed.budget_s, listed.alone_s)))
    assert numbers(ends) == ENDS[gate]


@pytest.mark.parametrize("gate", GATES)
def test_each_gate_has_a_budget_and_what_runs_alone_has_one_of_its_own(gate: str) -> None:
    assert GATES[gate].budget_s > 0
    assert bool(GATES[gate].alone_s) is bool(GATES[gate].alone)


def test_the_gates_of_each_module_keep_to_its_time() -> None:
    course = load_course(ROOT)
    planned = {module.number: planned_s(gate.metric for gate in module.gates) for module in course.modules}
    assert set(planned) == set(MODULES)
    assert {number for number, seconds in planned.items() if seconds > MODULES[number]} == set()
    assert planned_s(METRICS) <= MODULES[5]


def test_what_is_planned_fills_the_lanes_one_after_the_other() -> None:
    assert planned_s(["style.ruff", "style.black"]) == GATES["style"].budget_s
    together = GATES["coverage"].budget_s, GATES["contract"].budget_s
    assert planned_s(["coverage.unit", "contract.drift"]) == max(together)
    assert planned_s(["coverage.unit", "contract.drift"], lanes=1) == sum(together)
    assert planned_s(["performance.p95"]) == GATES["performance"].alone_s
    assert planned_s(["performance.queries", "performance.p95"]) == GATES["performance"].budget_s + 75
