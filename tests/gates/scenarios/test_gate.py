"""Failure scenarios on a small project, in the real sandbox: good tests notice each, and none can pretend to."""

import json

import pytest

from grader.domain.evidence import Measurement
from grader.domain.status import Status
from grader.gates.scenarios.catalogue import SCENARIOS
from grader.gates.scenarios.gate import ScenariosGate
from tests.gates.scenarios.blog import TESTS, blog
from tests.gates.suite.conftest import SubjectOf
from tests.gates.suite.shop import SHOP

METRICS = frozenset({"scenarios.noticed"})
GATE = ScenariosGate(in_functions=8)
# Takes the place of what runs the tests without protections: whatever is taken away, a test is said to have noticed.
FORGED = """
import sys

mutating = sys.modules.get("grader-suite.mutating")
if mutating is not None:
    asked = mutating.Mutating._job

    def forged(self, job, tests):
        return ("K", "tests/test_shop.py::test_run") if job["text"] else asked(self, job, tests)

    mutating.Mutating._job = forged
"""
# The same, without a thought for the run in which nothing is taken away.
CLUMSY = """
import sys

mutating = sys.modules.get("grader-suite.mutating")
if mutating is not None:
    mutating.in_child = lambda work, within_s: ("killed", "tests/test_shop.py::test_run", 0.1)
"""
# Fails when the functions have other code than they had, without a look at what it does.
SWAP_DETECTOR = """
import pytest

from shop import services, views

FUNCTIONS = [each for module in (services, views) for each in vars(module).values() if hasattr(each, "__code__")]
BEFORE = [each.__code__.co_code for each in FUNCTIONS]


@pytest.fixture(autouse=True)
def as_it_was():
    assert [each.__code__.co_code for each in FUNCTIONS] == BEFORE
"""
HALF = ("slugs", "database", "drift", "fields", "concurrent", "csrf")

pytestmark = pytest.mark.slow


def unnoticed(measured: Measurement) -> set[str]:
    (grid,) = [json.loads(each.body) for each in measured.artefacts if each.kind == "grid"]
    states = [row["cells"][1]["state"] for row in grid["rows"]]
    assert "open" not in states
    return {name for name, state in zip(SCENARIOS, states, strict=True) if state == "no"}


def measure(subject_of: SubjectOf, *without: str, **more: str) -> Measurement:
    with subject_of(blog(*without, **more)) as subject:
        (found,) = GATE.measure(subject, METRICS)
    return found


def test_good_tests_notice_every_scenario(subject_of: SubjectOf) -> None:
    found = measure(subject_of)
    assert (found.status, found.value, unnoticed(found)) == (Status.PASSED, 100, set()), found.findings


def test_scenarios_without_a_test_go_unnoticed(subject_of: SubjectOf) -> None:
    found = measure(subject_of, *HALF)
    assert unnoticed(found) == set(HALF)
    assert found.value == round(100 * (len(SCENARIOS) - len(HALF)) / len(SCENARIOS), 1)
    assert {finding.rule for finding in found.findings} == {f"scenarios.{name}" for name in HALF}
    for finding in found.findings:
        assert finding.remedy.startswith("Which test")
        assert finding.where is not None
        assert finding.detail.startswith("--- ")


@pytest.mark.exhaustive
@pytest.mark.parametrize("scenario", TESTS)
def test_each_scenario_alone(scenario: str, subject_of: SubjectOf) -> None:
    assert unnoticed(measure(subject_of, scenario)) == {scenario}


def test_what_nobody_noticed_cannot_be_made_up(subject_of: SubjectOf) -> None:
    found = measure(subject_of, *TESTS, conftest=FORGED)
    assert found.status is Status.FAILED
    assert "with it in the file they pass" in found.reason


@pytest.mark.exhaustive
def test_tests_that_fail_in_any_case_notice_nothing(subject_of: SubjectOf) -> None:
    found = measure(subject_of, *TESTS, conftest=CLUMSY)
    assert (found.status, found.value) == (Status.PASSED, 0)


def test_a_look_at_the_code_is_no_test(subject_of: SubjectOf) -> None:
    found = measure(subject_of, *TESTS, conftest=SWAP_DETECTOR)
    assert found.status is Status.FAILED
    assert "a line that does nothing" in found.reason or "with it in the file they pass" in found.reason


@pytest.mark.exhaustive
def test_no_tests_notice_nothing(subject_of: SubjectOf) -> None:
    with subject_of({**blog(), "tests/test_shop.py": "x = 1\n"}) as subject:
        (found,) = GATE.measure(subject, METRICS)
    assert (found.status, found.value) == (Status.FAILED, None)


@pytest.mark.exhaustive
def test_a_project_without_protections_has_nothing_to_notice(subject_of: SubjectOf) -> None:
    bare = {
        **SHOP,
        "src/apps/shop/views.py": "",
        "src/apps/shop/models.py": "",
        "src/config/urls.py": "urlpatterns = []\n",
    }
    with subject_of({**bare, "tests/test_shop.py": "def test_a():\n    pass\n"}) as subject:
        (found,) = GATE.measure(subject, METRICS)
    assert (found.status, found.value) == (Status.NOT_APPLICABLE, None)


@pytest.mark.exhaustive
def test_a_protection_that_another_process_runs_can_be_noticed(subject_of: SubjectOf) -> None:
    more = (
        "import subprocess\nimport sys\n\n\ndef test_slow_mail_in_a_process():\n"
        "    text = Path('src/apps/shop/services.py').read_text()\n"
        "    asked = 'raise\\n        return False\\n    return True' in text\n"
        "    assert subprocess.run([sys.executable, '-c', f'assert not {asked}']).returncode == 0\n"
    )
    files = dict(blog("mail", more=more))
    files["tests/test_shop.py"] = files["tests/test_shop.py"].replace('    services.tell(Post(title="a"))\n', "")
    with subject_of(files) as subject:
        (found,) = GATE.measure(subject, METRICS)
    assert unnoticed(found) == set()
