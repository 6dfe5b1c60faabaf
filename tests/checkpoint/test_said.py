"""What a failed command of the learner's own wrote: told where no hidden check can have put anything in it."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from grader.domain.evidence import Observation
from grader.domain.status import Status
from grader.report import REPORTS, for_learners
from tests.report.parts import seen
from tests.report.samples.module import result

SAID = Path(__file__).parent / "data" / "said"
COMMAND = "src/apps/posts/management/commands/explain.py"
SPEAKING = {
    "src/apps/posts/management/__init__.py": "",
    "src/apps/posts/management/commands/__init__.py": "",
    COMMAND: """\
import sys

from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    def handle(self, *args, **options):
        for number in range(100):
            print("line", number)
        raise CommandError("the reason \\x1b[31m")
""",
}


@pytest.fixture(scope="module")
def official(run) -> dict[str, Observation]:
    return {o.criterion: o for o in run(SPEAKING, checks=SAID).observations}


@pytest.fixture(scope="module")
def practice(run, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Observation]:
    checks = tmp_path_factory.mktemp("practice")
    shutil.copytree(SAID / "public", checks / "public")
    return {o.criterion: o for o in run(SPEAKING, checks=checks, public_only=True).observations}


def test_practice_tells_the_last_lines(practice) -> None:
    said = practice["said.manage"].output.splitlines()
    assert said[-1].startswith("CommandError: the reason")
    assert "line 99" in said
    assert "line 80" not in said
    assert "\x1b" not in practice["said.manage"].output


def test_a_command_that_succeeded_since_says_nothing(practice) -> None:
    assert practice["said.later"].status is Status.FAILED
    assert practice["said.later"].output == ""


def test_beside_hidden_checks_only_a_fresh_sandbox_speaks(official) -> None:
    assert official["said.manage"].status is Status.FAILED
    assert official["said.manage"].output == ""
    assert official["said.tool"].output == "from a fresh sandbox"


def test_a_hidden_check_never_does(official) -> None:
    assert official["said.hidden"].status is Status.FAILED
    assert official["said.hidden"].output == ""


@pytest.mark.parametrize("name", ["html", "markdown", "junit", "json"])
def test_reports_tell_it_of_public_checks_alone(name: str) -> None:
    case = seen("domain.docstrings", Status.FAILED, expected="a", observed="b", output="LAST-LINES", public=True)
    hidden = replace(case, public=False)
    assert "LAST-LINES" in REPORTS[name].render(for_learners(result(case)))
    assert "LAST-LINES" not in REPORTS[name].render(for_learners(result(hidden)))
