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
    assert [finding.rule for finding in found.findings] == ["F401", "B006", "T201"]
    assert (found.status, found.unit, found.source.split()[0]) == (Status.PASSED, METRICS["style.ruff"], "ruff")
    assert found.value == 3
    assert [str(place) for place in found.where] == ["src/bad.py:1", "src/bad.py:4", "src/bad.py:5"]


EXCUSED = BAD.replace("import os", "import os  # noqa: F401  other modules import it from here")


def test_a_reason_in_the_line_resolves_a_finding_and_is_listed(measured: Measured) -> None:
    found = measured({"src/bad.py": EXCUSED})
    assert found.value == 2
    (excused,) = (finding for finding in found.findings if finding.resolved)
    assert (excused.rule, str(excused.where), excused.resolved) == (
        "F401",
        "src/bad.py:1",
        "other modules import it from here",
    )


@pytest.mark.parametrize(
    "comment", ["# noqa: F401", "# noqa: F401 why", "# noqa", "# noqa: E501  a reason that is long"]
)
def test_without_a_reason_for_this_rule_a_comment_does_nothing(measured: Measured, comment: str) -> None:
    assert measured({"src/bad.py": BAD.replace("import os", f"import os  {comment}")}).value == 3


def test_exceptions_without_end_are_none(measured: Measured) -> None:
    excused = "".join(f"import os as o{n}  # noqa: F401  for a good reason\n" for n in range(12))
    found = measured({"src/bad.py": excused})
    assert (found.value, len([f for f in found.findings if f.resolved])) == (7, 5)


def test_control_what_is_right_has_none(measured: Measured) -> None:
    assert measured({"src/good.py": '"""Good."""\n'}).value == 0


def test_thousands_of_findings_are_counted(measured: Measured) -> None:
    """An honest project that was never linted: its findings are more text than a tool usually may write."""
    found = measured({f"src/bad{n}.py": "print(1)\n" * 100 for n in range(60)})
    assert (found.value, len(found.findings)) == (6_000, 200)


@pytest.mark.parametrize("name", ESCAPES)
def test_a_submission_cannot_have_itself_left_out(measured: Measured, name: str) -> None:
    assert measured({"src/bad.py": BAD, **ESCAPES[name]}).value == 3


@pytest.mark.parametrize("name", ["src/a\n::error::b.py", "src/" + "x" * 200 + ".py", "src/\u202ebad.py"])
def test_odd_names_are_counted_and_not_repeated(measured: Measured, name: str) -> None:
    found = measured({name: BAD})
    assert found.value == 3
    assert all("\n" not in place.path and "\u202e" not in place.path for place in found.where)
