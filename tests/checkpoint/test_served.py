"""Checks that take the server of their process: each begins anew, and tells a failure by a command."""

from collections.abc import Callable
from pathlib import Path

import pytest

from grader.checkpoint.run.runner import CheckRun, run_checks
from grader.course import load_course, project_to
from grader.domain.course import State
from grader.domain.evidence import Evidence
from grader.domain.status import Status
from grader.environment import Environment
from tests.checkpoint.conftest import module

COURSE = Path(__file__).parents[2]
CHECKS = Path(__file__).parent / "data" / "served"
PRODUCTION = "src/config/settings/production.py"
MODELS = "src/apps/accounts/models.py"
pytestmark = pytest.mark.slow(minutes=1)
RunServed = Callable[..., Evidence]


@pytest.fixture(scope="module")
def run_served(environment: Environment, state_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> RunServed:
    """``run_served(addition, models, criteria=…, lanes=…)``: the evidence on solution 03, two files of it longer."""

    def go(addition: str = "", models: str = "", **how: object) -> Evidence:
        folder = tmp_path_factory.mktemp("served")
        folder.chmod(0o711)
        root = project_to(load_course(COURSE), State(3, True), folder / "submission")
        for path, more in ((PRODUCTION, addition), (MODELS, models)):
            (root / path).write_text((root / path).read_text() + more)
        chosen = {"criteria": None, "public_only": False, "database": "postgres", **how}
        wanted = CheckRun(
            module=module(CHECKS),
            checks=(CHECKS / "public",),
            submission=root,
            environment=environment,
            sandbox="auto",
            mode="fork",
            seed=7,
            state_dir=state_dir,
            **chosen,  # type: ignore[arg-type]
        )
        return run_checks(wanted, progress=lambda step: None)

    return go


def statuses(evidence: Evidence) -> dict[str, set[Status]]:
    found: dict[str, set[Status]] = {}
    for one in evidence.observations:
        found.setdefault(one.criterion, set()).add(one.status)
    return found


@pytest.mark.parametrize("database", ["postgres", "sqlite"])
def test_checks_share_a_server_and_nothing_else(run_served: RunServed, database: str) -> None:
    evidence = run_served(database=database, lanes=2 if database == "postgres" else 1)
    fine, failed = {Status.PASSED}, {Status.FAILED}
    assert statuses(evidence) == {
        "served.alone": fine,
        "served.computed": fine,
        "served.dies": fine,
        "served.own": fine,
        "served.queries": fine,
        "served.refused": failed,
        "served.problem": failed,
    }, [(one.check, one.observed, one.fault) for one in evidence.observations if one.status is not Status.PASSED]
    said = {one.criterion: one for one in evidence.observations}
    assert said["served.refused"].expected == "201 for POST /api/v1/posts/ as reader"
    assert said["served.refused"].observed.startswith("403 (after `curl -X POST http://localhost:8000/api/v1/posts/ ")
    assert "(session of reader)" in said["served.refused"].observed
    assert said["served.problem"].expected.startswith("application/problem+json for GET /api/v1/tags/")


def test_a_case_alone(run_served: RunServed) -> None:
    evidence = run_served(criteria=("served.alone",), cases=(("served::each_begins_anew[2]", True),))
    assert [(one.check, one.status) for one in evidence.observations] == [
        ("served::each_begins_anew[2]", Status.PASSED)
    ]


def test_some_checks_alone(run_served: RunServed) -> None:
    """Whatever their parameters; those that nobody asks for are not reported missing."""
    evidence = run_served(criteria=("served.alone",), names=("served::each_begins_anew", "served::another"))
    assert {(one.check, one.status) for one in evidence.observations} == {
        (f"served::each_begins_anew[{number}]", Status.PASSED) for number in (1, 2, 3)
    }


@pytest.mark.parametrize("save", ["lambda self, *args, **kwargs: None", "lambda self, *args, **kwargs: 1 / 0"])
def test_a_project_whose_users_are_not_stored_is_told_so(run_served: RunServed, save: str) -> None:
    """It is served; but nobody is there to ask as."""
    evidence = run_served(models=f"\nUser.save = {save}\n")
    assert set().union(*statuses(evidence).values()) == {Status.BLOCKED}
    assert evidence.start is not None
    assert evidence.start.expected == "a user of each role, stored by `save()`"
    assert "manage.py shell" in evidence.start.remedy


def test_a_project_that_cannot_be_served_is_one_finding(run_served: RunServed) -> None:
    evidence = run_served('\nraise ValueError("no such key")\n')
    assert set().union(*statuses(evidence).values()) == {Status.BLOCKED}
    assert evidence.start is not None
    assert evidence.start.expected == "a server that starts"
    assert "no such key" in evidence.start.observed
    assert evidence.start.repeat == "poetry run gunicorn config.wsgi:application"
