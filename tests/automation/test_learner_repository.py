"""The action that checks each push: its steps are run in a clone of a learner's repository, begun from a release."""

import json
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from grader.course import Course, load_course
from grader.course.automation import automation, public_criteria
from grader.report import REPORTS
from tests.automation.learners import STARTER, begun, git, push, solve
from tests.automation.runner import Job, read
from tests.report.parts import HOSTILE
from tests.report.samples import SAMPLES
from tests.report.test_annotations import annotations
from tests.report.test_commands import spoken
from tests.report.test_markdown import RENDER

ROOT = Path(__file__).parents[2]
ACTION = read(ROOT / "deploy/learner-repository/.github/actions/checkpoint/action.yml")
CHECKOUT = {"uses": "actions/checkout@x", "with": {"persist-credentials": False}}
STEPS = ACTION["runs"]["steps"]
# As the retired GitHub Classroom wrote it, and as what followed it reads it.
AUTOGRADING = {
    "type": "object",
    "additionalProperties": False,
    "required": ["tests"],
    "properties": {
        "tests": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["name", "setup", "run", "input", "output", "comparison", "timeout", "points"],
                "properties": {
                    **{name: {"type": "string"} for name in ("name", "setup", "run", "input", "output")},
                    "comparison": {"enum": ["included", "exact", "regex"]},
                    "timeout": {"type": "integer", "minimum": 1, "maximum": 60},
                    "points": {"type": "integer", "minimum": 1},
                },
            },
        }
    },
}


@pytest.fixture(scope="module")
def real() -> Course:
    return load_course(ROOT)


@pytest.fixture
def room() -> Iterator[Path]:
    """A folder that the users of sandboxes can pass through."""
    with tempfile.TemporaryDirectory(prefix="l-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def job(room: Path, state_dir: Path, submission: str = "", module: str = "") -> Job:
    """A job of the workflow: a clone of what was pushed, and the steps of the action."""
    values = {"inputs.submission": submission, "inputs.module": module, "inputs.python-version": "3.13"}
    more = {"GRADER_CACHE": str(state_dir), "TMPDIR": str(room)}
    return Job(room / "work", room / "temp", values, origin=room / "02-ada.git", more=more)


@pytest.mark.slow(minutes=4)
def test_from_a_push_to_the_summary_of_the_job(real: Course, room: Path, state_dir: Path) -> None:
    repository = begun(real, room)
    first = job(room, state_dir)
    first.run([CHECKOUT, *STEPS])
    assert first.steps["Install the grader"].code == 0, first.steps["Install the grader"].said
    assert first.steps["Check"].code == 0, first.steps["Check"].said  # what it found is the outcome's to say
    assert first.output("check", "code") == "1"
    assert first.steps["Outcome"].code == 1
    assert "Not" in first.summary.partition("\n")[0] or "open" in first.summary.partition("\n")[0]
    found = annotations(first.steps["Report"].said)
    placed = [where for kind, where, _ in found if kind == "error" and "file" in where]
    assert placed
    assert all(where["file"].startswith(f"{STARTER}/") for where in placed)
    assert all((repository / where["file"]).exists() for where in placed)
    assert int(first.output("report", "score")) < int(first.output("report", "max-score"))

    solve(real, repository)
    second = job(room, state_dir, submission=STARTER, module="02")
    shutil.rmtree(room / "work")
    second.run([CHECKOUT, *STEPS], skipped=lambda name: name == "Install the grader")
    assert second.output("check", "code") == "0", second.steps["Check"].said
    assert second.steps["Outcome"].code == 0
    assert not second.failed
    assert second.output("report", "score") == second.output("report", "max-score")

    (repository / "README.md").write_text("The project is gone.\n")
    git(repository, "rm", "-r", "-q", "modules")
    push(repository)
    third = job(room, state_dir)
    third.run([CHECKOUT, *STEPS], skipped=lambda name: name == "Install the grader")
    assert third.output("check", "code") == "2", third.steps["Check"].said
    assert third.steps["Outcome"].code == 2
    assert "::error::There was nothing that could be checked" in third.steps["Outcome"].said
    assert "Traceback" not in third.steps["Check"].said

    # The tests that tools of GitHub Classroom run are the same checks.
    tests = json.loads((room / "release/.github/classroom/autograding.json").read_text("utf-8"))["tests"]
    program = room / "temp/grader/bin/grader"
    assert program.is_file()
    assert all(test["run"].startswith(f".venv/bin/grader check {STARTER} --only ") for test in tests)


@pytest.mark.parametrize("text", [HOSTILE, "x\n::set-env name=A::b", "##[error]x", "a\nscore=100", "END\nrm -rf /"])
def test_what_a_learner_wrote_is_text_in_everything_that_is_reported(tmp_path: Path, text: str) -> None:
    out = tmp_path / "temp/checkpoint"
    out.mkdir(parents=True)
    result = spoken(text)
    for name in ("json", "markdown", "classroom", "annotations"):
        report = REPORTS[name]
        (out / report.file_name).write_text(report.render(result), "utf-8")
    done = Job(tmp_path / "work", tmp_path / "temp", {})
    done._outputs["check"] = {"code": "1"}
    done.run([step for step in STEPS if step.get("name") == "Report"])
    assert done.steps["Report"].code == 0, done.steps["Report"].said
    for kind, properties, _ in annotations(done.steps["Report"].said):
        assert kind in ("error", "warning", "notice")
        assert set(properties) <= {"file", "line", "title"}
    assert set(done._outputs["report"]) == {"score", "max-score", "results"}
    assert done.output("report", "score") == str(result.score)
    tokens = RENDER.parse(done.summary)
    inline = [child for token in tokens for child in token.children or ()]
    raw = {token.content.strip() for token in (*tokens, *inline) if token.type in ("html_block", "html_inline")}
    assert raw <= {"<details><summary>Traceback</summary>", "</details>"}


def test_a_long_summary_is_cut_before_it_would_be_dropped(tmp_path: Path) -> None:
    out = tmp_path / "temp/checkpoint"
    out.mkdir(parents=True)
    for name in ("json", "classroom", "annotations"):
        (out / REPORTS[name].file_name).write_text(REPORTS[name].render(SAMPLES["mixed"]()), "utf-8")
    (out / "summary.md").write_text("x" * 2_000_000)
    done = Job(tmp_path / "work", tmp_path / "temp", {})
    done._outputs["check"] = {"code": "1"}
    done.run([step for step in STEPS if step.get("name") == "Report"])
    assert len(done.summary) == 1_000_000


@pytest.mark.parametrize(("code", "ends"), [("0", 0), ("1", 1), ("2", 2), ("3", 3)])
def test_the_outcome_is_that_of_the_check(tmp_path: Path, code: str, ends: int) -> None:
    done = Job(tmp_path / "work", tmp_path / "temp", {})
    done._outputs["check"] = {"code": code}
    done.run([step for step in STEPS if step.get("name") == "Outcome"])
    assert done.steps["Outcome"].code == ends
    assert done.steps["Outcome"].said


def test_the_payload_of_the_reporter_goes_on_as_it_is(tmp_path: Path) -> None:
    import base64

    out = tmp_path / "temp/checkpoint"
    out.mkdir(parents=True)
    made = replace(SAMPLES["mixed"]())
    for name in ("json", "markdown", "classroom", "annotations"):
        (out / REPORTS[name].file_name).write_text(REPORTS[name].render(made), "utf-8")
    done = Job(tmp_path / "work", tmp_path / "temp", {})
    done._outputs["check"] = {"code": "1"}
    done.run([step for step in STEPS if step.get("name") == "Report"])
    payload = json.loads(base64.b64decode(done.output("report", "results")))
    passed = sum(test["status"] == "pass" for test in payload["tests"])
    assert passed / len(payload["tests"]) * payload["max_score"] == sum(test["score"] for test in payload["tests"])


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5])
def test_the_tests_of_github_classroom(real: Course, number: int) -> None:
    module = next(m for m in real.modules if m.number == number)
    document: dict[str, Any] = json.loads(automation(real, module)[".github/classroom/autograding.json"])
    jsonschema.validate(document, AUTOGRADING)
    named = [word for test in document["tests"] for word in re.findall(r"--only (\S+)", test["run"])]
    known = {c.id: c for c in module.criteria}
    assert len(named) == len(set(named))
    assert set(named) == {name for name in public_criteria(real, module) if known[name].points}
    assert sum(test["points"] for test in document["tests"]) == sum(known[name].points for name in named) <= 100
