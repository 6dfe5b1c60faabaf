"""How long people wait for the finished application: twenty at once, a thousand posts, started as Compose does."""

from collections import Counter
from pathlib import Path

from benchmarks.measures import ROOT
from grader.cli import options
from grader.course import load_course, project_to
from grader.domain.course import State
from grader.environment import prepare
from tests.reference.conftest import compose_environment
from tests.reference.machine import machine
from tests.reference.outside import UNLIMITED, binds, inhabit, visit


def percentile_95(room: Path, *, seconds: int = 30) -> float:
    """Milliseconds within which 95 of 100 requests are answered, all kinds together, after a first round to warm up."""
    state = options.state_dir()
    project = project_to(load_course(ROOT), State(5, True), room / "project")
    (project / "staticfiles").mkdir()
    environment = prepare(project, course_lock=project, cache=state / "environments", progress=str)
    env = compose_environment(project) | UNLIMITED
    with machine(project, environment.site, room / "machine", env=env, binds=binds(state)) as platform:
        inhabit(platform)
        visit(platform, seconds=5)
        kinds = visit(platform, seconds=seconds)
    failures = sum(kind["num_failures"] for kind in kinds)
    assert not failures, f"{failures} requests failed"
    waits: Counter[float] = Counter()
    for kind in kinds:
        waits.update({float(milliseconds): count for milliseconds, count in kind["response_times"].items()})
    return sorted(waits.elements())[int(0.95 * waits.total())]
