"""The style gate, with the real ruff in its sandbox, on what would like to be left alone."""

from collections.abc import Callable

import pytest

from grader.domain.evidence import Measurement
from grader.domain.status import Status
from grader.gates import METRICS
from tests.gates.conftest import MeasureFiles

Measured = Callable[[dict[str, str]], Measurement]

BAD = "import os\n\n\ndef f(x=[]):\n    print(x)\n"
ESCAPES: dict[str, dict[str, str]] = {
    "its own configuration": {"pyproject.toml": '[tool.ruff]\nexclude = ["*"]\n[tool.ruff.lint]\nselect = []\n'},
    "a ruff.toml beside the file": {"src/ruff.toml": 'exclude = ["*"]\n'},
    "a comment for the file": {"src/bad.py": "# ruff: noqa\n" + BAD},
    "comments in the lines": {
        "src/bad.py": BAD.replace("import os", "import os  # noqa").replace("[]):", "[]):  # noqa")
    },
    "a .gitignore": {".gitignore": "*\n"},
    "a hidden ignore file": {".ignore": "*\n"},
}


@pytest.fixture
def measured(measure_files: MeasureFiles) -> Measured:
    return lambda files: measure_files(files, "style.ruff")[0]


def test_findings_are_counted_and_placed(measured: Measured) -> None:
    found = measured({"src/bad.py": BAD, "src/good.py": '"""Good."""\n'})
    assert (found.status, found.unit, found.source.split()[0]) == (Status.PASSED, METRICS["style.ruff"], "ruff")
    assert found.value == 3
    assert [str(place) for place in found.where] == ["src/bad.py:1", "src/bad.py:4", "src/bad.py:5"]


def test_control_what_is_right_has_none(measured: Measured) -> None:
    assert measured({"src/good.py": '"""Good."""\n'}).value == 0


@pytest.mark.parametrize("name", ESCAPES)
def test_a_submission_cannot_have_itself_left_out(measured: Measured, name: str) -> None:
    assert measured({"src/bad.py": BAD, **ESCAPES[name]}).value == 3


@pytest.mark.parametrize("name", ["src/a\n::error::b.py", "src/" + "x" * 200 + ".py", "src/\u202ebad.py"])
def test_odd_names_are_counted_and_not_repeated(measured: Measured, name: str) -> None:
    found = measured({name: BAD})
    assert found.value == 3
    assert all("\n" not in place.path and "\u202e" not in place.path for place in found.where)
