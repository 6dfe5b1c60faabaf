"""Of a project that nobody here wrote, the pages of its own document are read; what is not there is said."""

from pathlib import Path

import pytest

from grader.cli import options
from grader.domain.evidence import Measurement
from grader.domain.layout import Layout
from grader.domain.status import Status
from grader.environment import prepare
from grader.gates import measure, subjects
from grader.gates.performance.gate import ANY_PROJECT
from grader.gates.registry import GATES
from tests.gates.conftest import spec_of, write
from tests.gates.contract_project import VIEWS, project
from tests.gates.performance.conftest import missed
from tests.stage.small import LAYOUT

ROOT = Path(__file__).parents[3]
METRICS = tuple(GATES["performance"].metrics)
AS_SERVED = Layout().overridden({**LAYOUT, "schema": "/api/schema/"})
BROKEN = VIEWS.replace('return JsonResponse([{"id": 1, "text": "a"}], safe=False)', "{}")


def measured(tmp_path: Path, views: str = VIEWS, metrics: tuple[str, ...] = METRICS) -> dict[str, Measurement]:
    """The notes with these views, measured."""
    reference = ROOT / "capstone" / "reference"
    cache = options.state_dir() / "environments"
    deps = prepare(reference, course_lock=reference, cache=cache, progress=str).site
    write(tmp_path / "project", project(views=views))
    tmp_path.chmod(0o755)
    spec = spec_of(tmp_path / "project", options.state_dir(), deps=deps, layout=AS_SERVED)
    return {m.metric: m for m in measure(metrics, subjects(spec, seed=1), progress=lambda step: None)}


@pytest.mark.slow
def test_control_pages_of_any_project_are_read_and_the_rest_does_not_apply(tmp_path: Path) -> None:
    found = measured(tmp_path)
    assert {metric for metric, m in found.items() if m.status is Status.PASSED} == ANY_PROJECT
    assert {m.status for metric, m in found.items() if metric not in ANY_PROJECT} == {Status.NOT_APPLICABLE}
    assert missed({metric: found[metric] for metric in ANY_PROJECT}) == set()


@pytest.mark.exhaustive
@pytest.mark.slow
@pytest.mark.parametrize(
    ("metric", "body"),
    [
        ("p95", "import time; time.sleep(0.8); return JsonResponse([1], safe=False)"),
        ("payload", 'return JsonResponse(["x" * (300 << 10)], safe=False)'),
    ],
)
def test_what_is_planted_in_a_page_fails_the_metric_that_is_about_it(tmp_path: Path, metric: str, body: str) -> None:
    found = measured(tmp_path, BROKEN.replace("{}", body), ("performance.p95", "performance.payload"))
    assert missed(found) == {f"performance.{metric}"}, [m.reason for m in found.values()]


@pytest.mark.exhaustive
@pytest.mark.slow
def test_a_page_that_fails_beside_others_is_counted(tmp_path: Path) -> None:
    body = "flying.append(1); time.sleep(0.02); n = len(flying); flying.pop(); return JsonResponse([], safe=False)"
    body += " if n < 3 else problem(503)"
    views = BROKEN.replace("{}", body).replace("import json\n", "import json, time\nflying = []\n", 1)
    found = measured(tmp_path, views, ("performance.spike",))
    assert missed(found) == {"performance.spike"}, [m.reason for m in found.values()]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("views", "status", "reason"),
    [
        ("raise RuntimeError", Status.FAILED, "GET / answered 500."),
        ("urlpatterns = []", Status.NOT_APPLICABLE, "No page is known"),
    ],
)
def test_what_cannot_be_read_is_told_in_a_sentence(tmp_path: Path, views: str, status: Status, reason: str) -> None:
    (found,) = measured(tmp_path, views, ("performance.p95",)).values()
    assert (found.status, reason in found.reason) == (status, True), found
