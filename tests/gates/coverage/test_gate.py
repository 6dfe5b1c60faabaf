"""The coverage gate on a small project, in the real sandbox: each planted fault is found, and nothing else is."""

from collections.abc import Mapping

import pytest

from grader.domain.evidence import Measurement
from grader.domain.layout import COURSE
from grader.domain.status import Status
from grader.gates.coverage.gate import INTEGRATION, TRUE, UNIT, CoverageGate
from grader.gates.suite import Order, Sources, SuiteRunner
from tests.gates.suite.conftest import SubjectOf
from tests.gates.suite.shop import MODELS, SHOP, TESTS, UTILS, changed, without_test

pytestmark = pytest.mark.slow
ALL = (UNIT, INTEGRATION, TRUE)
QUICK = CoverageGate(sabotaged=2, left_alone=1)

# Takes the recorder's place where it replies: every line of every file was run, by the first test.
FORGED = """
import sys

recorder = sys.modules["grader-suite.recorder"].Recorder


def finish(self):
    lines = {name: dict.fromkeys(range(1, 200), "2") for name in self._files.values()}
    return lines, {}


recorder.finish = finish
"""
# Fails whenever a source is not the one that was handed in.
HASHED = """
import hashlib
from pathlib import Path

import pytest

SEALED = {sealed!r}


@pytest.fixture(autouse=True)
def sealed():
    text = Path("src/apps/shop/{name}.py").read_bytes()
    assert hashlib.sha256(text).hexdigest() == SEALED
"""


def by_metric(found: Mapping[str, Measurement] | object) -> dict[str, Measurement]:
    return {measured.metric: measured for measured in found}  # type: ignore[attr-defined]


def test_a_good_suite_has_it_all(subject_of: SubjectOf) -> None:
    with subject_of(SHOP) as subject:
        found = by_metric(QUICK.measure(subject, frozenset(ALL)))
    assert {name: measured.value for name, measured in found.items()} == dict.fromkeys(ALL, 100)
    assert [finding for measured in found.values() for finding in measured.findings] == []
    assert [artefact.kind for measured in found.values() for artefact in measured.artefacts] == ["bars", "grid"]


def test_what_no_test_runs_is_missing(subject_of: SubjectOf) -> None:
    with subject_of(changed(tests=without_test("test_joined"))) as subject:
        found = by_metric(QUICK.measure(subject, frozenset(ALL)))
    assert (found[INTEGRATION].value, found[TRUE].value) == (100, 100)
    assert found[UNIT].value is not None
    assert 50 < found[UNIT].value < 90
    (finding,) = found[UNIT].findings
    assert (finding.rule, str(finding.where)) == ("coverage.missing", "src/apps/shop/utils.py:10")
    assert "lines 10 to 14" in finding.message


@pytest.mark.exhaustive
def test_a_condition_that_is_always_the_same_lacks_a_way(subject_of: SubjectOf) -> None:
    tests = TESTS.replace('    assert Item(title="a", price=101).shown() == "a, dear"\n', "")
    with subject_of(changed(tests=tests)) as subject:
        (unit, _) = sorted(QUICK.measure(subject, frozenset({UNIT})), key=lambda found: found.metric != UNIT)
    assert unit.value is not None
    assert unit.value < 100
    assert [finding.rule for finding in unit.findings] == ["coverage.missing", "coverage.one-way"]


@pytest.mark.exhaustive
def test_a_response_that_no_test_gets_is_no_pathway(subject_of: SubjectOf) -> None:
    with subject_of(changed(tests=without_test("test_refused"))) as subject:
        found = by_metric(QUICK.measure(subject, frozenset(ALL)))
    assert (found[UNIT].value, found[INTEGRATION].value, found[TRUE].value) == (100, 80, 100)
    assert [finding.message for finding in found[INTEGRATION].findings] == [
        "No passing test gets 400 from POST /items/."
    ]


@pytest.mark.exhaustive
def test_what_only_a_failing_test_runs_does_not_count(subject_of: SubjectOf) -> None:
    tests = TESTS.replace('== "a, dear"', '== "a, cheap"')
    with subject_of(changed(tests=tests)) as subject:
        (unit, _) = sorted(QUICK.measure(subject, frozenset({UNIT})), key=lambda found: found.metric != UNIT)
    assert unit.value is not None
    assert unit.value < 100
    assert unit.findings[0].rule == "tests.failing"


EXCLUDING: dict[str, dict[str, str]] = {
    "a pragma": {
        "src/apps/shop/utils.py": UTILS.lstrip().replace(
            "words, last=False):", "words, last=False):  # pragma: no cover"
        )
    },
    "omit in pyproject.toml": {"pyproject.toml": '[tool.coverage.run]\nomit = ["*/utils.py"]\n'},
    "omit in .coveragerc": {".coveragerc": "[run]\nomit = */utils.py\n"},
    "omit in tox.ini": {"tox.ini": "[coverage:run]\nomit = */utils.py\n"},
    "exclude_lines in setup.cfg": {"setup.cfg": "[coverage:report]\nexclude_lines = def\n"},
}


@pytest.mark.exhaustive
@pytest.mark.parametrize("how", EXCLUDING)
def test_nothing_is_left_out_and_the_attempt_is_listed(subject_of: SubjectOf, how: str) -> None:
    with subject_of({**changed(tests=without_test("test_joined")), **EXCLUDING[how]}) as subject:
        (unit, _) = sorted(QUICK.measure(subject, frozenset({UNIT})), key=lambda found: found.metric != UNIT)
    assert unit.value is not None
    assert unit.value < 90
    assert unit.findings[-1].rule in ("coverage.pragma", "coverage.configuration")


def test_forged_coverage_is_found_out(subject_of: SubjectOf) -> None:
    files = changed(tests="from shop import models\n\n\ndef test_nothing():\n    pass\n", conftest=FORGED)
    with subject_of(files) as subject:
        sources = Sources.of(subject.submission, subject.files, subject.layout)
        claims = SuiteRunner(subject).run(Order(measured=sources.measured))
        assert len(claims.lines["src/apps/shop/utils.py"]) == 199  # control: what is claimed would do
        found = by_metric(QUICK.measure(subject, frozenset(ALL)))
    assert found[UNIT].status is Status.FAILED
    assert "coverage.true" in found[UNIT].reason
    assert found[TRUE].value is not None
    assert found[TRUE].value < 100
    assert {finding.rule for finding in found[TRUE].findings} == {"coverage.not-run"}


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", ["models", "utils"])
def test_a_suite_that_hashes_its_sources_is_found_out(subject_of: SubjectOf, name: str) -> None:
    import hashlib

    text = {"models": MODELS, "utils": UTILS}[name].lstrip()
    conftest = HASHED.format(sealed=hashlib.sha256(text.encode()).hexdigest(), name=name)
    with subject_of(changed(conftest=conftest)) as subject:
        found = by_metric(CoverageGate(sabotaged=1, left_alone=6).measure(subject, frozenset(ALL)))
    assert found[TRUE].value is not None
    assert found[TRUE].value < 100
    assert {finding.rule for finding in found[TRUE].findings} == {"coverage.reads-source"}
    assert found[UNIT].status is Status.FAILED


BAD: dict[str, tuple[dict[str, str], str]] = {
    "no tests": (
        {path: text for path, text in SHOP.items() if not path.startswith("tests/")},
        "There are no tests at tests",
    ),
    "no test in the files": (changed(tests="x = 1\n"), "No test was found"),
    "a project that does not start": ({**SHOP, "src/config/settings/testing.py": "1 / 0\n"}, "could not be run"),
    "a suite in which nothing passes": (changed(tests="def test_a():\n    assert 0\n"), "None of your 1 tests passes"),
    "a suite that ends its process": (
        changed(tests="import os\n\n\ndef test_a():\n    os._exit(0)\n"),
        "ended their own process (the last one to begin was tests/test_shop.py::test_a)",
    ),
    "a module that is no Python": (changed(models="class\n"), "SyntaxError: invalid syntax (models.py, line 1)"),
    "a suite that floods its output": (
        changed(tests="def test_a():\n    import os\n    os.write(1, b'x' * (50 << 20))\n    os._exit(1)\n"),
        "ended their own process",
    ),
}


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_measured_says_why_in_a_sentence(subject_of: SubjectOf, name: str) -> None:
    files, sentence = BAD[name]
    with subject_of(files) as subject:
        found = by_metric(QUICK.measure(subject, frozenset(ALL)))
    assert {measured.status for measured in found.values()} == {Status.FAILED}
    assert sentence in found[UNIT].reason


@pytest.mark.exhaustive
def test_a_module_that_is_too_long_is_not_left_out(subject_of: SubjectOf) -> None:
    utils = UTILS.lstrip() + "# ballast\n" * 30_000
    with subject_of(changed(tests=without_test("test_joined"), utils=utils)) as subject:
        found = by_metric(QUICK.measure(subject, frozenset(ALL)))
    assert (found[UNIT].status, found[INTEGRATION].value) == (Status.FAILED, 100)
    assert "src/apps/shop/utils.py is no Python, or too long to be read" in found[UNIT].reason


@pytest.mark.exhaustive
def test_a_suite_without_end_is_ended(subject_of: SubjectOf) -> None:
    endless = "def test_first():\n    while True:\n        pass\n"
    with subject_of(changed(tests=endless)) as subject:
        found = by_metric(CoverageGate(within_s=4.0).measure(subject, frozenset(ALL)))
    assert found[UNIT].reason.startswith(
        "Your tests had not ended after 4 s (the last one to begin was tests/test_shop.py"
    )


@pytest.mark.exhaustive
def test_a_project_without_a_schema_has_no_pathways(subject_of: SubjectOf) -> None:
    urls = SHOP["src/config/urls.py"].replace('    path("api/v1/schema/", views.schema),\n', "")
    with subject_of({**SHOP, "src/config/urls.py": urls}) as subject:
        found = by_metric(QUICK.measure(subject, frozenset(ALL)))
    assert (found[UNIT].value, found[INTEGRATION].status) == (100, Status.NOT_APPLICABLE)
    assert "GET /api/v1/schema/ answers 404" in found[INTEGRATION].reason


@pytest.mark.exhaustive
def test_manage_py_test_is_measured_alike(subject_of: SubjectOf) -> None:
    tests = """
from django.test import TestCase

from shop.models import Item
from shop.utils import rounded


class ItemTests(TestCase):
    def test_rounded(self):
        self.assertEqual(rounded(5), 10)

    def test_list(self):
        Item.objects.create(title="a")
        self.assertEqual(self.client.get("/items/").json(), ["a"])
"""
    layout = COURSE.overridden({"runner": "manage"})
    files = {**changed(tests=tests), "tests/__init__.py": ""}
    with subject_of(files, layout=layout) as subject:
        found = by_metric(QUICK.measure(subject, frozenset(ALL)))
    assert (found[INTEGRATION].value, found[TRUE].value) == (20, 100)
    assert found[UNIT].value is not None
    assert found[UNIT].value == 50
