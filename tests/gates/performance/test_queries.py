"""The performance gate on the course's own solution, with its lists spoilt in one place at a time."""

from collections.abc import Callable
from pathlib import Path

import pytest

from grader.cli import options
from grader.course import load_course, project_to
from grader.domain.course import State
from grader.domain.evidence import Measurement
from grader.domain.status import Status
from grader.environment import prepare
from grader.gates import measure, subjects
from grader.gates.performance.gate import COUNTED as METRICS
from tests.gates.conftest import MeasureFiles, spec_of

ROOT = Path(__file__).parents[3]
QUERYSETS = "src/apps/posts/querysets.py"
VIEWS = "src/apps/comments/views.py"
Edited = Callable[[str, str, str], dict[str, Measurement]]


@pytest.fixture
def edited(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Edited:
    """Solution 03 as the gate finds it, with one text of a file replaced by another."""

    def measured(path: str, text: str, by: str) -> dict[str, Measurement]:
        project = project_to(load_course(ROOT), State(3, True), tmp_path / "project")
        environment = prepare(project, course_lock=project, cache=options.state_dir() / "environments", progress=str)
        file = project / path
        assert text in file.read_text()
        file.write_text(file.read_text().replace(text, by))
        state = tmp_path_factory.mktemp("state")
        state.chmod(0o711)
        spec = spec_of(project, state, deps=environment.site)
        return {m.metric: m for m in measure(METRICS, subjects(spec, seed=1), progress=lambda step: None)}

    return measured


@pytest.mark.slow
def test_control_the_solution_sends_as_many_queries_for_many_rows_as_for_few(edited: Edited) -> None:
    found = edited(QUERYSETS, "select_related", "select_related")
    assert {metric: m.status for metric, m in found.items()} == dict.fromkeys(METRICS, Status.PASSED)
    assert found["performance.growth"].value == 0
    most = found["performance.queries"].value
    assert most is not None
    assert 0 < most <= 10


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "text", "by", "operation"),
    [
        (QUERYSETS, '.prefetch_related("tags")', "", "/posts/"),
        pytest.param(
            *(VIEWS, "visible.select_related(*at_hand)", "visible", "/comments/"), marks=pytest.mark.exhaustive
        ),
    ],
    ids=["tags of posts", "authors of comments"],
)
def test_what_is_fetched_row_by_row_grows(edited: Edited, path: str, text: str, by: str, operation: str) -> None:
    growth = edited(path, text, by)["performance.growth"]
    assert growth.value is not None
    assert growth.value >= 20
    assert growth.findings
    assert all(f"GET {operation} as" in finding.message for finding in growth.findings)


@pytest.mark.exhaustive
@pytest.mark.slow
def test_a_list_that_answers_without_its_rows_is_not_measured(edited: Edited) -> None:
    found = edited(VIEWS, 'order_by("-created_at", "-pk")', 'none().order_by("-created_at", "-pk")')
    assert {m.status for m in found.values()} == {Status.FAILED}
    assert "/comments/" in found["performance.growth"].reason


def test_a_project_without_posts_has_nothing_of_the_kind(measure_files: MeasureFiles) -> None:
    found = measure_files({"shop/models.py": ""}, *METRICS)
    assert [(m.status, bool(m.reason)) for m in found] == [(Status.NOT_APPLICABLE, True)] * len(METRICS)
