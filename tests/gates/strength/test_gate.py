"""Test strength on a small project, in the real sandbox: good tests notice, others do not, and none can pretend to."""

import json
import re
from dataclasses import replace

import pytest

from grader.domain.status import Status
from grader.gates.strength.gate import StrengthGate
from grader.gates.strength.mutant import Mutant
from grader.gates.strength.shown import report
from grader.gates.suite import Sources
from tests.gates.suite.conftest import SubjectOf
from tests.gates.suite.shop import SHOP, TESTS, changed

KILLED = frozenset({"strength.killed"})
QUICK = StrengthGate(in_functions=24, declared=3)
# Everything is run, and nothing asserted.
HOLLOW = (
    TESTS.replace("    assert ", "    _ = ")
    .replace("with pytest.raises(", "with contextlib.suppress(")
    .replace("import pytest", "import contextlib\n\nimport pytest")
)
# Takes the place of what runs the tests against changes: whatever is changed, a test is said to have noticed.
FORGED = """
import sys

mutating = sys.modules.get("grader-suite.mutating")
if mutating is not None:
    mutating.in_child = lambda work, within_s: ("killed", "tests/test_shop.py::test_list", 0.1)
"""

pytestmark = pytest.mark.slow


def test_good_tests_notice(subject_of: SubjectOf) -> None:
    said: list[tuple[str, int, int]] = []
    with subject_of(SHOP) as subject:
        (found,) = QUICK.measure(replace(subject, tell=lambda *words: said.append(words)), KILLED)
    assert found.status is Status.PASSED
    assert [(done, total) for _, done, total in said] == [(0, 3), (1, 3), (2, 3)]
    assert said[0][0] == "running your tests"
    assert re.fullmatch(r"trying \d+ changes of the code", said[1][0])
    assert found.value is not None
    assert found.value >= 95
    assert [artefact.kind for artefact in found.artefacts] == ["bars", "diff", "mutation-report"]


def test_tests_without_assertions_do_not(subject_of: SubjectOf) -> None:
    with subject_of(changed(tests=HOLLOW)) as subject:
        (found,) = QUICK.measure(subject, KILLED)
    assert found.value is not None
    assert found.value < 60
    finding = found.findings[0]
    assert finding.remedy.startswith("Which test")
    assert finding.detail.startswith("--- src/apps/shop/")


@pytest.mark.exhaustive
def test_what_nobody_noticed_cannot_be_made_up(subject_of: SubjectOf) -> None:
    with subject_of(changed(tests=HOLLOW, conftest=FORGED)) as subject:
        (found,) = QUICK.measure(subject, KILLED)
    assert found.status is Status.FAILED
    assert "with it in the file they pass" in found.reason


@pytest.mark.exhaustive
def test_no_tests_no_strength(subject_of: SubjectOf) -> None:
    with subject_of(changed(tests="x = 1\n")) as subject:
        (found,) = QUICK.measure(subject, KILLED)
    assert (found.status, found.value) == (Status.FAILED, None)


@pytest.mark.exhaustive
def test_the_report_has_the_public_form(subject_of: SubjectOf) -> None:
    mutant = Mutant("number", "src/apps/shop/models.py", 16, 300, 301, "6", "")
    with subject_of(SHOP) as subject:
        made = report(Sources.of(subject.submission, subject.files, subject.layout), [(mutant, "t")], [mutant])
    (file,) = json.loads(json.dumps(made))["files"].values()
    assert made["schemaVersion"] == "2"
    assert [each["status"] for each in file["mutants"]] == ["Killed", "Survived"]
    assert len({each["id"] for each in file["mutants"]}) == 2
    assert set(file["mutants"][0]["location"]["start"]) == {"line", "column"}


# Fails in every child but the first run: what it "notices" is none of the change.
RESTLESS = """
import os

import pytest

MAIN = os.getpid()


@pytest.fixture(autouse=True)
def restless(request):
    assert os.getpid() == MAIN or request.node.name != "{name}"
"""


@pytest.mark.exhaustive
def test_a_test_that_fails_with_nothing_changed_is_not_asked(subject_of: SubjectOf) -> None:
    """Hollow tests, and one of them fails wherever changes are tried: it is left out, and nothing else notices."""
    conftest = RESTLESS.format(name="test_list")
    with subject_of(changed(tests=HOLLOW, conftest=conftest)) as subject:
        (found,) = QUICK.measure(subject, KILLED)
    assert found.status is Status.PASSED
    assert found.value is not None
    assert found.value < 60
