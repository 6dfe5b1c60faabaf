"""The workflows that learners and staff get: by their schemas, by zizmor, by our own gate, and by what they may do."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from grader.environment.install import site_for
from grader.gates.operations.files import Document
from grader.gates.operations.workflows import _wrong
from tests.automation.runner import read

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
WORKFLOWS = sorted(DEPLOY.glob("*/.github/workflows/*.yml"))
ACTIONS = sorted(DEPLOY.glob("*/.github/actions/*/action.yml"))
SCRIPTS = sorted(p for p in (DEPLOY / "staff-repository/classes/scripts").iterdir())
PINNED = re.compile(r"\s*(?:- )?uses: ([\w./-]+@[0-9a-f]{40} # v\d+(?:\.\d+){2}|\./[\w./-]+)")
# What is asked of whoever writes `$/…`, which older hosts do not know.
LEFT_ALONE = {"self-repository"}


def steps_of(path: Path) -> list[dict[str, Any]]:
    """All steps of a workflow or an action."""
    document = read(path)
    jobs = document.get("jobs", {"action": document.get("runs", {})})
    return [step for job in jobs.values() for step in job.get("steps", [])]


def test_there_are_some() -> None:
    assert {p.name for p in WORKFLOWS} == {"checkpoint.yml", "grade.yml"}
    assert len(ACTIONS) == 1


@pytest.mark.parametrize("schema", ["workflows", "actions"])
def test_they_fit_the_schemas(schema: str) -> None:
    files = map(str, WORKFLOWS if schema == "workflows" else ACTIONS)
    words = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.github-{schema}", *files]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.slow
def test_zizmor_finds_nothing(state_dir: Path, tmp_path: Path) -> None:
    locked = (Path(__file__).parent / "requirements/zizmor.txt").read_text("utf-8")
    site = site_for(locked, cache=state_dir / "environments", what="zizmor", progress=lambda _: None)
    words = [str(site / "bin/zizmor"), "--offline", "--no-config", "--persona=pedantic", "--quiet", "--no-progress"]
    words += ["--no-exit-codes", "--format", "json"]
    done = subprocess.run([*words, str(DEPLOY)], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert {found["ident"] for found in json.loads(done.stdout)} <= LEFT_ALONE
    wrong = ROOT / "deploy/learner-repository/.github/workflows/checkpoint.yml"
    text = wrong.read_text("utf-8").replace("          persist-credentials: false\n", "")
    control = tmp_path / "control.yml"
    control.write_text(re.sub(r"@[0-9a-f]{40} # v[\d.]+", "@main", text), "utf-8")
    done = subprocess.run([*words, str(control)], capture_output=True, text=True, timeout=120, check=False)
    assert {"artipacked", "unpinned-uses"} <= {found["ident"] for found in json.loads(done.stdout)}


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_our_own_gate_finds_nothing(path: Path) -> None:
    text = path.read_text("utf-8")
    assert [f.message for f in _wrong(Document(path.name, 1, read(path), text))] == []


@pytest.mark.parametrize("path", [*WORKFLOWS, *ACTIONS], ids=lambda path: path.name)
def test_every_action_is_pinned_by_a_commit(path: Path) -> None:
    lines = [line for line in path.read_text("utf-8").splitlines() if "uses:" in line]
    assert lines
    assert [line for line in lines if not PINNED.fullmatch(line)] == []


def test_nothing_is_put_into_a_script() -> None:
    scripts = [str(step["run"]) for path in (*WORKFLOWS, *ACTIONS) for step in steps_of(path) if "run" in step]
    assert len(scripts) > 15
    assert [script for script in scripts if "${{" in script] == []


def test_every_job_has_the_rights_that_it_needs_and_no_others() -> None:
    grade = read(DEPLOY / "staff-repository/.github/workflows/grade.yml")
    check = read(DEPLOY / "learner-repository/.github/workflows/checkpoint.yml")
    assert (grade["permissions"], check["permissions"]) == ({}, {})
    rights = {name: job["permissions"] for name, job in {**grade["jobs"], **check["jobs"]}.items()}
    assert {name for name, given in rights.items() if given == {"contents": "write"}} == {"store"}
    assert all(given == {"contents": "read"} for name, given in rights.items() if name != "store")
    assert "pull_request_target" not in json.dumps([grade["on"], check["on"]])


def test_what_learners_wrote_never_stands_beside_a_token() -> None:
    """Of the job that grades, one step has one, before anything of a learner's is there."""
    jobs = read(DEPLOY / "staff-repository/.github/workflows/grade.yml")["jobs"]
    with_token = {
        name: [s.get("name") for s in job["steps"] if re.search(r"secrets\.|github\.token", json.dumps(s))]
        for name, job in jobs.items()
    }
    assert with_token == {
        "fetch": ["Fetch by commit"],
        "grade": ["Restore earlier results"],
        "store": ["Store"],
        "publish": ["Publish"],
    }
    names = [step.get("name") or step.get("uses", "").partition("@")[0] for step in jobs["grade"]["steps"]]
    assert names.index("Restore earlier results") < names.index("actions/download-artifact") < names.index("Grade")
    secrets = set(re.findall(r"secrets\.(\w+)", json.dumps(jobs)))
    assert secrets == {"LEARNERS_READ_TOKEN", "LEARNERS_WRITE_TOKEN"}
    assert all("secrets" not in json.dumps(jobs[name]) for name in ("grade", "store"))
    assert not [name for name in ("store", "publish", "fetch") if "scripts/grade" in json.dumps(jobs[name])]


def test_secrets_belong_to_environments() -> None:
    jobs = read(DEPLOY / "staff-repository/.github/workflows/grade.yml")["jobs"]
    assert {name: job.get("environment") for name, job in jobs.items()} == {
        "fetch": "learners-read",
        "grade": None,
        "store": None,
        "publish": "learners-write",
    }


def test_every_script_that_is_called_is_there_and_can_be_run() -> None:
    text = (DEPLOY / "staff-repository/.github/workflows/grade.yml").read_text("utf-8")
    called = set(re.findall(r"classes/scripts/(\w+)", text))
    assert called | {"common"} == {path.name for path in SCRIPTS}
    for path in SCRIPTS:
        assert bool(path.stat().st_mode & 0o111) == (path.name != "common")


def test_shellcheck_has_nothing_to_say() -> None:
    names = [f"classes/scripts/{path.name}" for path in SCRIPTS if path.name != "common"]
    done = subprocess.run(
        ["shellcheck", "-x", *names], cwd=DEPLOY / "staff-repository", capture_output=True, text=True, check=False
    )
    assert done.stdout == ""
    for path in (*WORKFLOWS, *ACTIONS):
        for step in steps_of(path):
            if "run" in step:
                words = ["shellcheck", "-s", "bash", "-"]
                done = subprocess.run(words, input=step["run"], capture_output=True, text=True, check=False)
                assert done.stdout == "", f"{path.name}: {step.get('name')}"
