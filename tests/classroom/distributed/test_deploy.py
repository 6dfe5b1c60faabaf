"""The files for workers in containers: nothing to mend by the course's own operations gate."""

import re
from pathlib import Path

import pytest
import yaml

from grader.cli.worker import command
from tests.classroom.distributed.farm import ROOT
from tests.gates.conftest import spec_of, write

pytestmark = pytest.mark.slow
DEPLOY = ROOT / "deploy"
FILES = {
    path.relative_to(ROOT).as_posix(): path.read_text("utf-8")
    for path in DEPLOY.rglob("*")
    if path.suffix == ".yaml" or path.name == "Dockerfile"
} | {".dockerignore": (ROOT / ".dockerignore").read_text("utf-8")}


def findings(files: dict[str, str], metric: str, room: Path, state_dir: Path) -> list[str]:
    """What the gate has against the files."""
    from grader.gates import measure, subjects

    write(room, files)
    (measured,) = measure((metric,), subjects(spec_of(room, state_dir), seed=1), progress=lambda step: None)
    return [f"{f.rule}: {f.message}" for f in measured.findings if f.severity.value != "note"] or [str(measured.value)]


# Which the sandbox inside makes needless and impossible: it filters system calls itself, and makes namespaces before.
UNCONFINED = [
    f"kubernetes.seccomp: {what}: worker has no seccomp profile."
    for what in ("Deployment checks", "DaemonSet performance")
]


@pytest.mark.parametrize(
    ("metric", "known"),
    [("operations.compose", ["0"]), ("operations.kubernetes", UNCONFINED), ("operations.dockerfile", ["0"])],
)
def test_the_operations_gate_finds_nothing_else(metric: str, known: list[str], tmp_path: Path, state_dir: Path) -> None:
    assert findings(FILES, metric, tmp_path, state_dir) == known


def commands() -> list[list[str]]:
    """What each container is started with."""
    compose = yaml.safe_load(FILES["deploy/compose.yaml"])
    found = [compose["services"][name]["command"] for name in ("checks", "performance")]
    for name in ("checks", "performance"):
        document = next(yaml.safe_load_all(FILES[f"deploy/kubernetes/{name}.yaml"]))
        found.append(document["spec"]["template"]["spec"]["containers"][0]["args"])
    return found


def test_workers_are_started_with_options_that_there_are() -> None:
    known = {option for parameter in command.params for option in parameter.opts}
    for words in commands():
        assert {word for word in words if str(word).startswith("--")} <= known
        parsed = command.make_context("worker", [str(word) for word in words])
        assert parsed.params["queues"] in (("checks",), ("performance",))


def test_every_variable_is_one_that_the_worker_reads() -> None:
    read = {parameter.envvar for parameter in command.params} | {"GRADER_CACHE", "GRADER_STORE_FOLDER"}
    named = set(re.findall(r"\bGRADER_[A-Z_]+\b", "\n".join(FILES.values())))
    assert named
    assert named <= read
