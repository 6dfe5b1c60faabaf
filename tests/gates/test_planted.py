"""Each gate has submissions that fail it for one planted reason, and over all gates there are forty at least.

The tables are those that the tests of the gates run through; what is counted are cases that differ from a sound project
in one place.
"""

from collections.abc import Collection, Mapping

import pytest

from grader.gates import GATES
from tests.gates import test_contract, test_contract_document, test_formatters, test_mypy, test_style
from tests.gates.coverage import test_gate as test_coverage
from tests.gates.documentation import test_datamodel, test_pages
from tests.gates.operations import test_operations
from tests.gates.performance import middlewares
from tests.gates.scenarios.blog import TESTS as SCENARIOS
from tests.gates.security import test_gaming
from tests.gates.security.labelled import api, pieces, small
from tests.gates.strength import test_gate as test_strength

PLANTED: Mapping[str, tuple[Collection[object], ...]] = {
    "coverage": (test_coverage.EXCLUDING, test_coverage.BAD),
    "strength": ((test_strength.HOLLOW, test_strength.FORGED),),
    "scenarios": (SCENARIOS,),
    "contract": (test_contract.PLANTED, test_contract_document.BELOW, test_contract_document.BREAKING),
    "security": (
        [case for case in pieces.CASES if case.severity],
        [rule for _, rule in api.COLLECTIONS.values() if rule],
        small.HIGH | small.MEDIUM,
        test_gaming.TRICKS,
    ),
    "style": (test_style.ESCAPES, test_formatters.ESCAPES, test_mypy.PLANTED, test_mypy.HIDDEN),
    "documentation": (test_datamodel.WRONG, test_pages.BROKEN, test_pages.LACKING),
    "operations": ([rules for *_, rules in test_operations.SPOILT if len(rules) == 1], test_operations.TRICKS),
    "performance": ([name for name in vars(middlewares) if name[0].isupper()],),
}
# What the tests of one gate do to have themselves left out; `schemathesis.toml` names hooks and a baseline.
FILES_OF_TOOLS = {
    "contract": (test_contract.HIDING, ("schemathesis.toml", "conftest.py", "sitecustomize.py")),
    "coverage": (test_coverage.EXCLUDING, ("omit in .coveragerc", "omit in tox.ini", "a pragma")),
    "security": (test_gaming.TRICKS, ("bandit's ini file", "nosec", "a baseline of secrets")),
}


def test_every_gate_has_some_and_all_together_have_forty() -> None:
    counted = {gate: sum(map(len, tables)) for gate, tables in PLANTED.items()}
    assert set(counted) == set(GATES)
    assert min(counted.values()) >= 2
    assert sum(counted.values()) >= 40


@pytest.mark.parametrize("gate", FILES_OF_TOOLS)
def test_what_a_tool_would_read_is_among_the_tricks(gate: str) -> None:
    tricks, names = FILES_OF_TOOLS[gate]
    assert set(names) <= set(tricks)


def test_the_configuration_of_schemathesis_has_what_would_hide_failures() -> None:
    assert all(word in test_contract.HIDING["schemathesis.toml"] for word in ("hooks", "baseline", "enabled = false"))
