"""Runs of the kit against a tiny project, with changes as data."""

import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from grader.checkpoint.run.runner import CheckRun, run_checks
from grader.domain.course import Criterion, Dimension, Module
from grader.domain.evidence import Evidence
from grader.environment import Environment, prepare

DATA = Path(__file__).parent / "data"
REFERENCE = Path(__file__).parents[2] / "capstone" / "reference"
Run = Callable[..., Evidence]


def module(folder: Path) -> Module:
    """A module with every criterion that the checks in a folder name."""
    text = "".join(path.read_text() for path in sorted(folder.rglob("*.py")))
    ids = dict.fromkeys(re.findall(r'(?:@check|@matrix)\(\s*"([^"]+)"', text))
    criteria = [Criterion(one, one, 1, 1, "", (), Dimension.ARCHITECTURE) for one in ids]
    return Module(2, "02-tiny", "Tiny", 80, tuple(criteria))


@pytest.fixture(scope="session")
def environment(state_dir: Path) -> Environment:
    """The packages of the reference application, which has all that the tiny project needs."""
    cache = state_dir / "environments"
    return prepare(REFERENCE, course_lock=REFERENCE, cache=cache, progress=lambda text: None)


def put(root: Path, edits: Mapping[str, str | bytes | None]) -> None:
    """The tiny project, with those files replaced, or removed for ``None``, in the place of what lies there."""
    shutil.copytree(DATA / "project", root, dirs_exist_ok=True)
    for name, text in edits.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if text is None:
            path.unlink()
            continue
        if isinstance(text, bytes):
            path.write_bytes(text)
            continue
        path.write_text(path.read_text() + text[1:] if text.startswith("+") else text)


@pytest.fixture(scope="session")
def asked(
    environment: Environment, state_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., CheckRun]:
    """``asked(checks=…, criteria=…, …)``: a run on a submission whose folder is there and empty."""

    def make(checks: Path = DATA / "checks", **how: object) -> CheckRun:
        root = tmp_path_factory.mktemp("run") / "submission"
        root.mkdir()
        folders = tuple(checks / name for name in ("public", "hidden") if (checks / name).is_dir())
        chosen = {
            "sandbox": "auto",
            "database": "sqlite",
            "mode": "fork",
            "criteria": None,
            "public_only": False,
            **how,
        }
        return CheckRun(
            module=module(checks),
            checks=folders,
            submission=root,
            environment=environment,
            seed=7,
            state_dir=state_dir,
            **chosen,  # type: ignore[arg-type]
        )

    return make


@pytest.fixture(scope="session")
def run(asked: Callable[..., CheckRun]) -> Run:
    """``run(edits, checks=…, criteria=…, …)``: the evidence on the tiny project with those files replaced."""

    def go(
        edits: Mapping[str, str | bytes | None] | None = None, checks: Path = DATA / "checks", **how: object
    ) -> Evidence:
        wanted = asked(checks, **how)
        put(wanted.submission, edits or {})
        return run_checks(wanted, progress=lambda step: None)

    return go
