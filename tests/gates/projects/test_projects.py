"""All gates on four projects that are no work of the course, against tables that were written before the first run."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.cli.main import grader
from grader.gates import METRICS
from tests.gates.projects.verdicts import VERDICTS

ROOT = Path(__file__).parents[3]
ENVIRONMENTS = {"guestbook": "resolved", "shortlinks": "resolved", "inventory": "resolved", "monorepo": "submission"}


@pytest.mark.parametrize("name", VERDICTS)
def test_the_table_has_a_cell_for_every_metric(name: str) -> None:
    """A new metric asks for a cell of each project."""
    assert set(VERDICTS[name]) == set(METRICS)


@pytest.mark.slow(4)
@pytest.mark.parametrize("name", VERDICTS)
def test_every_gate_says_what_the_table_has(name: str, handed_in: Callable[[str], Path], tmp_path: Path) -> None:
    words = ["gates", str(handed_in(name)), "--course", str(ROOT), "--out", str(tmp_path / "out"), "--seed", "7"]
    done = CliRunner().invoke(grader, [*words, "--format", "json", "--staff"], standalone_mode=False)
    result = json.loads((tmp_path / "out/result.json").read_bytes())
    seen = {gate["metric"]: gate["status"].replace("_", " ") for gate in result["gates"]}
    told = {gate["metric"]: (gate["actual"], gate["reason"], gate["fault"]) for gate in result["gates"]}
    wanted = {metric: cell.verdict for metric, cell in VERDICTS[name].items()}
    differing = {
        metric: (seen.get(metric), told.get(metric)) for metric in wanted if seen.get(metric) != wanted[metric]
    }
    assert differing == {}, done.output
    assert result["provenance"]["environment"] == ENVIRONMENTS[name]
