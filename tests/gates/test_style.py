"""The style gate, with the real ruff in its sandbox, on what would like to be left alone."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from grader.domain.evidence import Measurement
from grader.domain.layout import COURSE
from grader.domain.status import Status
from grader.gates import METRICS, measure
from grader.gates.subject import Subject
from grader.sandbox.api import Sandbox
from grader.sandbox.select import open_sandbox

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


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with closing(open_sandbox("bubblewrap", state_dir=tmp_path_factory.mktemp("state"))) as sandbox:
        yield sandbox


def measured(sandbox: Sandbox, root: Path, files: dict[str, str]) -> Measurement:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    for path in (root, *root.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    (found,) = measure(["style.ruff"], Subject(root, root, COURSE, sandbox), progress=lambda step: None)
    return found


def test_findings_are_counted_and_placed(sandbox: Sandbox, tmp_path: Path) -> None:
    found = measured(sandbox, tmp_path, {"src/bad.py": BAD, "src/good.py": '"""Good."""\n'})
    assert (found.status, found.unit, found.source.split()[0]) == (Status.PASSED, METRICS["style.ruff"], "ruff")
    assert found.value == 3
    assert [str(place) for place in found.where] == ["src/bad.py:1", "src/bad.py:4", "src/bad.py:5"]


def test_control_what_is_right_has_none(sandbox: Sandbox, tmp_path: Path) -> None:
    assert measured(sandbox, tmp_path, {"src/good.py": '"""Good."""\n'}).value == 0


@pytest.mark.parametrize("name", ESCAPES)
def test_a_submission_cannot_have_itself_left_out(sandbox: Sandbox, tmp_path: Path, name: str) -> None:
    assert measured(sandbox, tmp_path, {"src/bad.py": BAD, **ESCAPES[name]}).value == 3


@pytest.mark.parametrize("name", ["src/a\n::error::b.py", "src/" + "x" * 200 + ".py", "src/\u202ebad.py"])
def test_odd_names_are_counted_and_not_repeated(sandbox: Sandbox, tmp_path: Path, name: str) -> None:
    found = measured(sandbox, tmp_path, {name: BAD})
    assert found.value == 3
    assert all("\n" not in place.path and "\u202e" not in place.path for place in found.where)
