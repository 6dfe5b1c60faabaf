"""The workflows: by the schemas, by what they may do, and what they run, run."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.reference.conftest import MachineWith
from tests.reference.machine import Machine
from tests.reference.platform import start_postgres
from tests.reference.tools import run

CHECK = [sys.executable, "-m", "check_jsonschema", "--builtin-schema"]
NAMES = ("ci", "publish", "deploy", "rollback")
PINNED = re.compile(r"\./\.github/workflows/\w+\.yml|[\w.-]+/[\w./-]+@(v\d+|[0-9a-f]{40})")


@pytest.fixture(scope="module")
def workflows(project: Path) -> dict[str, dict[str, Any]]:
    """Each workflow as data."""
    return {path.stem: yaml.safe_load(path.read_text()) for path in (project / ".github/workflows").glob("*.yml")}


def test_they_fit_the_schemas(project: Path) -> None:
    files = sorted(map(str, (project / ".github/workflows").glob("*.yml")))
    run(*CHECK, "vendor.github-workflows", *files, cwd=project)
    run(*CHECK, "vendor.dependabot", ".github/dependabot.yml", cwd=project)


def test_all_are_there_and_none_may_write_by_default(workflows: dict[str, dict[str, Any]]) -> None:
    assert set(workflows) == set(NAMES)
    for name, workflow in workflows.items():
        assert workflow["permissions"] == {"contents": "read"}, name
        for job in workflow["jobs"].values():
            assert "uses" in job or job["timeout-minutes"] <= 40, name


def test_every_action_is_pinned(workflows: dict[str, dict[str, Any]]) -> None:
    used = re.findall(r"uses: (\S+)", yaml.safe_dump(workflows))
    assert len(used) > 10
    assert [action for action in used if not PINNED.fullmatch(action)] == []


def test_what_others_write_is_never_part_of_a_script(workflows: dict[str, dict[str, Any]]) -> None:
    scripts = [
        step["run"]
        for workflow in workflows.values()
        for job in workflow["jobs"].values()
        for step in job.get("steps", [])
        if "run" in step
    ]
    assert [script for script in scripts if "${{" in script] == []


def test_every_script_that_is_called_is_there(project: Path) -> None:
    text = "".join(path.read_text() for path in (project / ".github/workflows").glob("*.yml"))
    text += (project / "Makefile").read_text()
    called = set(re.findall(r"scripts/[\w.-]+\.sh", text))
    assert called == {f"scripts/{path.name}" for path in (project / "scripts").glob("*.sh")}
    targets = set(re.findall(r"^([a-z]+):", (project / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"run: make (\w+)", text)) <= targets


@pytest.fixture(scope="module")
def machine(machine_with: MachineWith, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """A machine with an empty database."""
    with machine_with() as made:
        start_postgres(made)
        yield made


@pytest.mark.slow
def test_every_migration_goes_both_ways(machine: Machine) -> None:
    said = machine.sh("sh scripts/migrations.sh python manage.py", seconds=300)
    assert said.splitlines()[-1] == "and everything is up to date again"
    assert {"accounts was undone", "posts was undone", "comments was undone"} <= set(said.splitlines())


KUBECTL = """#!/bin/sh
echo "kubectl $*" >>/tmp/calls
case "$*" in
    *"get job migrate"*) cat /tmp/migration ;;
    *"apply --filename -"*) cat >>/tmp/applied ;;
    "kustomize k8s") cat k8s/web.yaml k8s/worker.yaml k8s/beat.yaml k8s/backup.yaml ;;
    *"get deployment "*) [ -e /tmp/new-cluster ] || echo 7 ;;
    *"rollout status deployment/worker"*) [ ! -e /tmp/worker-hangs ] ;;
esac
"""
CURL = """#!/bin/sh
for word; do url=$word; done
case $url in
    */metrics | */ready | */nothing-here/) printf 404 ;;
    *) printf '%s' "$(cat /tmp/site)" ;;
esac
"""
DEPLOY = "PATH=/tmp/fake:$PATH IMAGE=ghcr.io/someone/platform SMOKE_SECONDS=1 sh scripts/deploy.sh v2.0.0 http://web:9"


@pytest.fixture
def cluster(machine: Machine) -> Machine:
    """A stand-in for kubectl that notes what it is asked, and for a site that is well."""
    machine.sh("rm -rf /tmp/fake /tmp/calls /tmp/applied /tmp/worker-hangs /tmp/new-cluster; mkdir /tmp/fake")
    for name, body in (("kubectl", KUBECTL), ("curl", CURL)):
        machine.sh(f"cat >/tmp/fake/{name} <<'END'\n{body}END\nchmod +x /tmp/fake/{name}")
    machine.sh("echo SuccessCriteriaMet Complete >/tmp/migration; echo 200 >/tmp/site")
    return machine


def calls(machine: Machine) -> str:
    """What kubectl was asked, in order."""
    return machine.sh("cat /tmp/calls")


@pytest.mark.slow
def test_a_release_migrates_first_and_names_its_version_everywhere(cluster: Machine) -> None:
    said = cluster.sh(DEPLOY)
    assert said.splitlines()[-1] == "v2.0.0 is released"
    asked = calls(cluster)
    assert asked.index("get job migrate") < asked.index("kustomize") < asked.index("rollout status deployment/beat")
    assert "undo" not in asked
    images = set(re.findall(r"image: (\S+)", cluster.sh("cat /tmp/applied")))
    assert images == {"ghcr.io/someone/platform:v2.0.0", "ghcr.io/someone/platform-backup:v2.0.0"}


@pytest.mark.slow
def test_a_failed_migration_releases_nothing(cluster: Machine) -> None:
    cluster.sh("echo Failed >/tmp/migration")
    assert "nothing was released" in cluster.try_sh(DEPLOY).err
    assert "kustomize" not in calls(cluster)


@pytest.mark.slow
@pytest.mark.parametrize("wrong", ["echo 500 >/tmp/site", "touch /tmp/worker-hangs"])
def test_a_release_that_is_not_well_goes_back_by_itself(cluster: Machine, wrong: str) -> None:
    cluster.sh(wrong)
    done = cluster.try_sh(DEPLOY)
    assert (done.status != 0, "back to the version before" in done.err) == (True, True)
    for part in ("web", "worker", "beat"):
        assert f"rollout undo deployment/{part} --to-revision 7" in calls(cluster)


@pytest.mark.slow
def test_a_first_release_that_is_not_well_has_nothing_to_go_back_to(cluster: Machine) -> None:
    cluster.sh("echo 500 >/tmp/site; touch /tmp/new-cluster")
    done = cluster.try_sh(DEPLOY)
    assert (done.status, "there is nothing to go back to" in done.err) == (1, True)
    assert "undo" not in calls(cluster)


@pytest.mark.slow
def test_a_rollback_that_is_not_well_does_not_return_to_the_version_that_was_left(cluster: Machine) -> None:
    cluster.sh("echo 500 >/tmp/site")
    done = cluster.try_sh(f"MIGRATE=no UNDO=no {DEPLOY}")
    assert (done.status, "and stays" in done.err) == (1, True)
    assert "undo" not in calls(cluster)


def test_the_workflow_that_rolls_back_leaves_schema_and_version(workflows: dict[str, dict[str, Any]]) -> None:
    (step,) = (
        step for step in workflows["rollback"]["jobs"]["rollback"]["steps"] if "deploy.sh" in step.get("run", "")
    )
    assert (step["env"]["MIGRATE"], step["env"]["UNDO"]) == ("no", "no")


@pytest.mark.slow
def test_going_back_leaves_the_schema_alone(cluster: Machine) -> None:
    cluster.sh(f"MIGRATE=no {DEPLOY}")
    assert "job" not in calls(cluster)


CONTRACT_TOOLS = {
    "schemathesis": 'echo "$*" >>/tmp/looks',
    "manage": 'echo "$ROLE" >>/tmp/accounts',
    "curl": """printf '{"access": "token-of-%s", "refresh": "x"}' "$ROLE\"""",
}


@pytest.mark.slow
@pytest.mark.parametrize("fails", [False, True])
def test_the_contract_is_tried_as_every_role(cluster: Machine, fails: bool) -> None:
    """Log-outs come last: one look at all else, then one at /auth/."""
    for name, body in CONTRACT_TOOLS.items():
        end = "case $* in *token-of-editor*) exit 1 ;; esac" if fails and name == "schemathesis" else ":"
        cluster.sh(f"cat >/tmp/fake/{name} <<'END'\n#!/bin/sh\n{body}\n{end}\nEND\nchmod +x /tmp/fake/{name}")
    words = "SCHEMATHESIS=schemathesis sh scripts/contract.sh http://web:9 manage"
    done = cluster.try_sh(f"rm -f /tmp/looks /tmp/accounts; PATH=/tmp/fake:$PATH {words}")
    assert done.status == (1 if fails else 0), done.err
    roles = ["reader", "contributor", "editor", "admin"]
    assert cluster.sh("cat /tmp/accounts").split() == roles
    looks = cluster.sh("cat /tmp/looks").splitlines()
    assert [re.findall(r"Bearer token-of-(\w+) --(\w+)-path-regex /auth/", look) for look in looks] == [
        [],
        *[[(role, paths)] for role in roles for paths in ("exclude", "include")],
    ]
