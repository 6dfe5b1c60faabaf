"""black and isort as gates, in environments of their own, on what would like to be left alone."""

from collections.abc import Callable

import pytest

from grader.domain.evidence import Measurement
from tests.gates.conftest import MeasureFiles

pytestmark = pytest.mark.slow
Measured = Callable[[dict[str, str]], tuple[Measurement, Measurement]]
METRICS = ("style.black", "style.isort")
GOOD = {"src/good.py": "import os\n\nfrom django import forms\n\nprint(os, forms)\n"}
LONG = f"x = [{', '.join(['1234567890'] * 8)}]\n"  # 100 characters
ESCAPES: dict[str, dict[str, str]] = {
    "black and isort are told to leave it out": {
        "pyproject.toml": "[tool.black]\nforce-exclude = '.*'\n[tool.isort]\nskip_glob = ['*']\nextend_skip = ['src']\n"
    },
    "a configuration of its own": {".isort.cfg": "[settings]\nskip_glob = *\n", "setup.cfg": "[isort]\nskip = src\n"},
    "comments for the file": {"src/bad.py": "# isort: skip_file\n# fmt: off\nimport sys\nimport os\nx = { }\n"},
    "comments around the lines": {
        "src/bad.py": "# isort: off\nimport sys\nimport os\n\n# fmt: off\nx = { }\n# fmt: on\n"
    },
    "a docstring": {"src/bad.py": '"""Of no account.\n\nisort:skip_file\n"""\n\nimport sys\nimport os\nx = { }\n'},
    "a .gitignore": {".gitignore": "*\n"},
}


@pytest.fixture
def measured(measure_files: MeasureFiles) -> Callable[[dict[str, str]], tuple[Measurement, ...]]:
    return lambda files: measure_files(files, *METRICS)


def test_files_are_counted_and_named(measured: Measured) -> None:
    black, isort = measured({**GOOD, "src/bad.py": "import sys\nimport os\nx = { }\n", "src/worse.py": "x = (\n"})
    assert (black.value, [str(place) for place in black.where]) == (2, ["src/bad.py", "src/worse.py"])
    assert (isort.value, [str(place) for place in isort.where]) == (1, ["src/bad.py"])
    assert black.source.startswith("black ")


def test_control_what_is_right_has_none(measured: Measured) -> None:
    assert [found.value for found in measured(GOOD)] == [0, 0]


@pytest.mark.parametrize("name", ESCAPES)
def test_a_submission_cannot_have_itself_left_out(measured: Measured, name: str) -> None:
    black, isort = measured({"src/bad.py": "import sys\nimport os\nx = { }\n", **ESCAPES[name]})
    assert (black.value, isort.value) == (1, 1)


@pytest.mark.parametrize(("length", "value"), [(110, 0), (88, 1), (400, 1), ('"110"', 1), (True, 1)])
def test_the_length_of_lines_is_the_projects_own_within_reason(measured: Measured, length: object, value: int) -> None:
    black, _ = measured(
        {"src/long.py": LONG, "pyproject.toml": f"[tool.black]\nline-length = {length}\n".replace("True", "true")}
    )
    assert black.value == value
