"""All gates on four projects that are no work of the course, against tables that were written before the first run."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from grader.cli.main import grader
from grader.gates import METRICS
from tests.gates.projects.verdicts import VERDICTS, Cell

ROOT = Path(__file__).parents[3]
ENVIRONMENTS = {"guestbook": "resolved", "shortlinks": "resolved", "inventory": "resolved", "monorepo": "submission"}


def agrees(cell: Cell, gate: dict[str, Any]) -> bool:
    """Whether the verdict is that of the table, by a number or else for the reason that the table has."""
    measured = gate["actual"] is not None and not cell.says
    said = gate["actual"] is None and bool(cell.says) and cell.says in gate["reason"]
    return gate["status"].replace("_", " ") == cell.verdict and (measured or said)


def test_a_verdict_for_another_reason_does_not_agree() -> None:
    """The control: a project that does not start fails as well."""
    wrong = Cell("failed", "two secrets")
    assert agrees(wrong, {"status": "failed", "actual": 2.0, "reason": ""})
    assert not agrees(
        wrong, {"status": "failed", "actual": None, "reason": "The project was starting, and that failed."}
    )
    assert not agrees(wrong, {"status": "passed", "actual": 0.0, "reason": ""})


def test_the_tables_have_the_same_metrics_and_those_are_measured() -> None:
    """A gate that is new has no cell until somebody writes one, for each project."""
    metrics = {frozenset(table) for table in VERDICTS.values()}
    assert len(metrics) == 1
    assert metrics.pop() <= set(METRICS)


# Asking an API in all ways takes minutes.
LONG = ("shortlinks", "inventory")


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.exhaustive] if name in LONG else []) for name in VERDICTS]
)
def test_every_gate_says_what_the_table_has(name: str, handed_in: Callable[[str], Path], tmp_path: Path) -> None:
    words = ["gates", str(handed_in(name)), "--course", str(ROOT), "--out", str(tmp_path / "out"), "--seed", "7"]
    done = CliRunner().invoke(grader, [*words, "--format", "json", "--staff"], standalone_mode=False)
    result = json.loads((tmp_path / "out/result.json").read_bytes())
    gates = {gate["metric"]: gate for gate in result["gates"]}
    differing = {metric: gates[metric] for metric, cell in VERDICTS[name].items() if not agrees(cell, gates[metric])}
    assert differing == {}, done.output
    assert result["provenance"]["environment"] == ENVIRONMENTS[name]
