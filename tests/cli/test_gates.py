"""`grader gates` on projects that are no work of a module: what it finds, what it says, how it ends."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from grader.cli.main import grader
from grader.gates import registry
from grader.pipeline import EvidenceStore

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
GRADER = Path(sys.executable).with_name("grader")
WRONG = "import os\n\n\ndef f(x=[]):\n    return x\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of a layout of its own, with the course's packages."""
    root = tmp_path / "shop"
    files = {
        "manage.py": 'import os\n\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")\n',
        "shop/__init__.py": "",
        "shop/settings.py": 'SECRET_KEY = "x"\n',
        "track.toml": '[layout]\nsettings = "shop.settings"\n',
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    for name in ("pyproject.toml", "poetry.lock"):
        shutil.copyfile(ROOT / "capstone" / "reference" / name, root / name)
    return root


def gates(project: Path, tmp_path: Path, *more: str) -> Result:
    words = ["gates", str(project), "--course", str(ROOT), "--out", str(tmp_path / "out"), "--format", "json", *more]
    return CliRunner().invoke(grader, words, standalone_mode=False, catch_exceptions=True)


def test_a_sound_project_passes_and_a_wrong_one_does_not(project: Path, tmp_path: Path) -> None:
    sound = gates(project, tmp_path, "--only", "style")
    assert sound.return_value == 0, sound.output
    (project / "shop/bad.py").write_text(WRONG)
    wrong = gates(project, tmp_path, "--only", "style")
    assert wrong.return_value == 1, wrong.output
    result = json.loads((tmp_path / "out/result.json").read_bytes())
    assert (result["assignment"], result["policy"], result["met"]) == ("gates", "gates/1", False)
    (gate,) = (gate for gate in result["gates"] if gate["metric"] == "style.ruff")
    assert (gate["status"], gate["actual"], gate["max_score"]) == ("failed", 2.0, 1)


def test_an_unchanged_project_is_measured_once(project: Path, tmp_path: Path) -> None:
    (project / "shop/unlike_any.py").write_text(f"TIME = {time.time_ns()}\n")  # no earlier run had it
    for reused in (False, True):
        gates(project, tmp_path, "--only", "style.ruff", "--seed", "7")
        result = json.loads((tmp_path / "out/result.json").read_bytes())
        assert result["provenance"]["reused"] is reused


def test_a_gate_that_there_is_not_is_told_with_those_that_there_are(project: Path, tmp_path: Path) -> None:
    told = gates(project, tmp_path, "--only", "taste")
    assert told.exception is not None
    assert "there is no gate called taste" in str(told.exception)


def test_a_run_of_gates_that_is_told_to_end_is_over_at_once(project: Path, tmp_path: Path) -> None:
    """With sandboxes, folders and control groups of several gates."""
    room = Path("/tmp") / f"gates-{os.getpid()}"  # pytest's own folders are closed to the sandboxes' users
    room.mkdir(mode=0o755)
    words = ["gates", project, "--course", ROOT, "--out", tmp_path / "out", "--fresh", "--only", "style"]
    words += ["--only", "security", "--only", "documentation"]
    running = subprocess.Popen(
        [str(GRADER), *map(str, words)], env={**os.environ, "TMPDIR": str(room)}, stderr=subprocess.PIPE, text=True
    )
    assert running.stderr is not None
    for line in running.stderr:
        if "Measuring" in line:
            break
    time.sleep(1)  # by now there are sandboxes
    began = time.monotonic()
    running.send_signal(signal.SIGTERM)
    said = running.stderr.read()
    assert time.monotonic() - began < 2
    assert running.wait(5) == 130
    assert "Stopped. Nothing was left behind. It had come to: Measuring" in said
    assert "Traceback" not in said
    assert list(room.iterdir()) == []
    assert not (tmp_path / "out").exists()
    room.rmdir()


@pytest.mark.parametrize("module", ["02", "04"])
def test_a_check_of_one_gate_runs_no_check(project: Path, tmp_path: Path, unchecked_course: Path, module: str) -> None:
    """Of a module that shows it, and of one that has no checks yet."""
    words = [
        "check",
        str(project),
        "--course",
        str(unchecked_course),
        "--out",
        str(tmp_path / "out"),
        "--module",
        module,
    ]
    sound = CliRunner().invoke(grader, [*words, "--gates", "style"], standalone_mode=False)
    assert sound.return_value == 0, sound.output
    assert "All gates that were asked for pass" in sound.output
    result = json.loads((tmp_path / "out/result.json").read_bytes())
    assert (result["criteria"], [gate["id"] for gate in result["gates"]]) == (
        [],
        ["style.ruff", "style.black", "style.isort", "style.mypy"],
    )
    again = CliRunner().invoke(grader, [*words, "--gates", "style"], standalone_mode=False)
    assert again.return_value == 0, again.output
    assert json.loads((tmp_path / "out/result.json").read_bytes())["provenance"]["reused"] is True
    (project / "shop/bad.py").write_text(WRONG)
    wrong = CliRunner().invoke(grader, [*words, "--gates", "style.ruff"], standalone_mode=False)
    assert wrong.return_value == 1, wrong.output


@pytest.mark.parametrize("more", [(), ("--fresh",)])
def test_a_check_measures_gates_side_by_side_and_what_has_not_changed_once(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: tuple[str, ...]
) -> None:
    """What was measured before is all that is looked at then: nothing is started."""
    measure, lanes = registry.measure, []
    kept = EvidenceStore(tmp_path / "evidence")
    monkeypatch.setattr("grader.pipeline.EvidenceStore", lambda folder: kept)

    def noted(*given: Any, **named: Any) -> Any:
        lanes.append(named["lanes"])
        return measure(*given, **named)

    monkeypatch.setattr("grader.gates.measure", noted)
    monkeypatch.setattr("grader.cli.options.lanes", lambda: 3)
    words = ["check", str(project), "--course", str(ROOT), "--out", str(tmp_path / "out"), "--module", "02"]
    for _ in range(2):
        asked = [*words, "--gates", "style.isort", "--format", "json", *more]
        assert CliRunner().invoke(grader, asked, standalone_mode=False).return_value == 0
    assert lanes == ([3, 3] if more else [3])


def test_a_change_log_is_held_against_the_first_document_of_the_history(project: Path, tmp_path: Path) -> None:
    operation = '  /a/: {get: {responses: {"200": {description: x}}}}\n'
    document = 'openapi: 3.1.0\ninfo: {title: x, version: "1"}\npaths:\n' + operation
    git(project, "init", "-q")
    for text in (document, document + operation.replace("/a/", "/b/")):
        (project / "openapi.yaml").write_text(text)
        (project / "CHANGELOG-API.md").write_text("# API\n")
        git(project, "add", "-A")
        git(project, "commit", "-qm", "x")
    untold = gates(project, tmp_path, "--only", "documentation.changelog")
    assert untold.return_value == 1, untold.output
    result = json.loads((tmp_path / "out/result.json").read_bytes())
    assert "GET /b/" in str(result["gates"]), result["gates"]


def git(root: Path, *words: str) -> None:
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    subprocess.run(["git", "-C", str(root), *who, *words], check=True, capture_output=True)
