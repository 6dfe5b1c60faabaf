"""Projects that no gate can get far with: each gate says so in one sentence, and the others go on."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from grader.cli.main import grader
from grader.gates import METRICS
from grader.gates.suite.runner import SuiteRunner
from tests.gates.projects.conftest import DATA, uv_lock
from tests.gates.projects.verdicts import VERDICTS

ROOT = Path(__file__).parents[3]
SETTINGS, URLS, TESTS = "src/weather/settings.py", "src/weather/urls.py", "checks/test_readings.py"
_LONGEST_SENTENCE = 450


@dataclass(frozen=True)
class Case:
    """What is done to the project below services/weather, and what is said of which metrics, by their beginnings.

    ``added`` is put at the end of files, ``removed`` goes. All other metrics are those of the table.
    """

    said: Mapping[str, str]
    added: Mapping[str, str] = field(default_factory=dict)
    removed: tuple[str, ...] = ()


NO_TESTS = {"coverage.": "There are no tests at", "strength.": "No test was found"}
SECURITY_SERVED = ("security.high", "security.medium")
READ = ("performance.p95", "performance.spike", "performance.payload")
CASES: dict[str, Case] = {
    "does not start": Case(
        {
            **dict.fromkeys(SECURITY_SERVED, "The project was starting, and that failed."),
            **dict.fromkeys(READ, "The project does not start"),
            "coverage.": "Your tests could not be run: ImportError",
            "strength.": "Your tests could not be run: ImportError",
        },
        {SETTINGS: "import nothing_that_there_is\n"},
    ),
    "no tests": Case(NO_TESTS, removed=("checks",)),
    "no schema where one is said to be": Case(
        {"contract.": "GET /openapi.json is answered with 404", "coverage.integration": "The pathways of the API"},
        {"track.toml": '[layout]\nschema = "/openapi.json"\n'},
    ),
    "no migrations": Case({}, removed=("src/readings/migrations",)),
    "a test that does not end": Case(
        {"coverage.": "Your tests had not ended after", "strength.": "Your tests had not ended after"},
        {TESTS: "\n\ndef test_for_ever():\n    while True:\n        pass\n"},
    ),
    "500 on every route": Case(
        {
            **dict.fromkeys(SECURITY_SERVED, "The application answers every request with an error of its own"),
            **dict.fromkeys(READ, "GET /healthz answered 500"),
            "coverage.": "None of your",
            "strength.": "None of your",
        },
        {
            "src/weather/broken.py": "def broken(get_response):\n    return lambda request: get_response(None)\n",
            SETTINGS: 'MIDDLEWARE.insert(0, "weather.broken.broken")\n',
        },
    ),
    "a suite that needs the network": Case(
        {"coverage.": "None of your", "strength.": "None of your"},
        {
            TESTS: '\n\n@pytest.fixture(autouse=True)\ndef up():\n    import urllib.request\n\n    urllib.request.urlopen("http://api.example")\n'
        },
    ),
    "a schema of 30 MB": Case(
        {"contract.": "", "coverage.integration": "The pathways of the API"},
        {
            "track.toml": '[layout]\nschema = "/openapi.json"\n',
            URLS: "\n\ndef large(request):\n    from django.http import HttpResponse\n\n"
            '    text = \'{"openapi": "3.1.0", "info": {"version": "1", "title": "\' + "x" * 30_000_000\n'
            '    text += \'"}, "paths": {}}\'\n'
            '    return HttpResponse(text, content_type="application/json")\n\n\n'
            'urlpatterns.append(path("openapi.json", large))\n',
        },
    ),
    "5,000 tests": Case(
        {}, {TESTS: "\n\n@pytest.mark.parametrize('n', range(5000))\ndef test_many(n):\n    assert n >= 0\n"}
    ),
}
SHORT = ("does not start", "no tests")


def prepared(root: Path, case: Case) -> Path:
    shutil.copytree(DATA / "monorepo/services/weather", root)
    (root / "uv.lock").write_text(uv_lock())
    for name in case.removed:
        shutil.rmtree(root / name)
    for name, text in case.added.items():
        with (root / name).open("a") as file:
            file.write(text)
    return root


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name in SHORT else [pytest.mark.exhaustive]) for name in CASES]
)
def test_each_gate_says_it_in_one_sentence(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded = SuiteRunner.recorded
    monkeypatch.setattr(SuiteRunner, "recorded", lambda self, measured, within_s=0.0: recorded(self, measured, 40.0))
    case = CASES[name]
    gates = measured(prepared(tmp_path / "weather", case), tmp_path / "out")
    assert set(gates) == set(METRICS)
    wrong = {metric: gate for metric, gate in gates.items() if not is_as_expected(metric, gate, case)}
    assert wrong == {}


def measured(project: Path, out: Path) -> dict[str, Any]:
    words = ["gates", str(project), "--course", str(ROOT), "--out", str(out), "--seed", "7", "--format", "json"]
    CliRunner().invoke(grader, [*words, "--staff"], standalone_mode=False)
    return {gate["metric"]: gate for gate in json.loads((out / "result.json").read_bytes())["gates"]}


def is_as_expected(metric: str, gate: Mapping[str, Any], case: Case) -> bool:
    """A sentence that begins as it should, or what the table has of the project as it was."""
    beginning = next((words for name, words in case.said.items() if metric.startswith(name)), None)
    if gate["status"] == "errored":
        return False
    if beginning is None:
        cell = (
            None if metric.startswith("style.") else VERDICTS["monorepo"].get(metric)
        )  # what was added is in no style
        return cell is None or gate["status"].replace("_", " ") == cell.verdict
    return gate["actual"] is None and gate["reason"].startswith(beginning) and is_a_sentence(gate["reason"])


def is_a_sentence(text: str) -> bool:
    return text[:1].isupper() and text.endswith((".", "?")) and "\n" not in text and len(text) <= _LONGEST_SENTENCE


def test_what_is_no_sentence_is_seen() -> None:
    """The control."""
    assert is_a_sentence("There are no tests.")
    assert not any(map(is_a_sentence, ("", "Traceback:\n  x.", "there are none.", "It is so", "A" * 500 + ".")))
