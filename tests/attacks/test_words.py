"""A project's words in a report: a place is a place of the submission, and the rest is short and on one line."""

import re
from pathlib import Path

import pytest
from rich.console import Console

from grader.domain.evidence import Observation
from grader.domain.result import Result
from grader.report import REPORTS, for_learners, terminal
from tests.attacks.hostile import load_attacks, materialise
from tests.attacks.test_attacks import _grade

pytestmark = pytest.mark.slow
(ATTACK,) = [attack for attack in load_attacks() if attack.name == "words-of-its-own"]


@pytest.fixture(scope="module")
def graded(bait, bases, state_dir: Path, tmp_path_factory) -> tuple[Path, Result]:
    tree = materialise(ATTACK, bases["solution", 2], tmp_path_factory.mktemp("words") / "submission", 0)
    return tree, _grade(tree, bait, ATTACK, ATTACK.criteria, state_dir)


def observed(result: Result) -> list[Observation]:
    return [o for c in result.criteria for o in c.observations]


def test_the_control_the_attack_does_speak(graded) -> None:
    _, result = graded
    assert any("LEAKNAME" in o.observed and "LEAKMESSAGE" in o.observed for o in observed(result) if o.public)
    assert any("Exception raised at" in o.observed for o in observed(result) if not o.public)


def test_a_hidden_check_repeats_none_of_it(graded) -> None:
    for one in observed(for_learners(graded[1])):
        if not one.public:
            assert "LEAK" not in f"{one.expected}{one.observed}{one.traceback}{one.where}"


def test_every_place_is_in_the_submission(graded) -> None:
    tree, result = graded
    places = [o.where for o in observed(result) if o.where]
    assert places
    for place in places:
        lines = (tree / place.path).read_text().splitlines()
        assert place.line is None or 1 <= place.line <= len(lines)


def test_no_report_is_long_or_commands_a_workflow(graded) -> None:
    console = Console(width=80, no_color=True)
    with console.capture() as captured:
        console.print(terminal(for_learners(graded[1])))
    texts = [report.render(for_learners(graded[1])) for name, report in REPORTS.items() if name != "annotations"]
    for line in REPORTS["annotations"].render(for_learners(graded[1])).splitlines():  # commands, all of our own making
        assert re.match(r"::(error|warning|notice) [^:]*::", line)
    for text in (*texts, captured.get()):
        assert len(text) < 300_000
        assert not [line for line in text.splitlines() if line.lstrip().startswith("::")]
        assert "##[" not in text
