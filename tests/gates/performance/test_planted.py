"""What slows, breaks or swells solution 03 fails the metric that is about it; and the solution itself fails none."""

import pytest

from grader.domain.evidence import Measurement
from grader.domain.status import Status
from grader.gates.performance.gate import PARTS
from tests.gates.performance import middlewares
from tests.gates.performance.conftest import Planted, missed

TIMED = tuple(metric for metrics, _ in PARTS for metric in metrics)
INDEX = "src/apps/posts/migrations/0006_list_indexes.py"
NO_INDEX = {INDEX: ('fields=["-created_at", "-id"],', 'fields=["body"],')}
UNSORTED = ('"-created_at", "-id"]', '"body"]')
exhaustive = pytest.mark.exhaustive


@pytest.mark.slow(minutes=1)
def test_control_the_solution_fails_nothing(planted: Planted) -> None:
    found = planted(*TIMED)
    assert {metric: m.status for metric, m in found.items()} == dict.fromkeys(TIMED, Status.PASSED)
    assert missed(found) == set()
    assert [artefact.kind for artefact in found["performance.p95"].artefacts] == ["distribution"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("metric", "middleware"),
    [
        pytest.param("ratio", middlewares.SLEEPS, id="sleeps"),
        pytest.param("ratio", middlewares.COMPUTES, id="computes", marks=exhaustive),
        pytest.param("spike", middlewares.LOSES, id="loses", marks=exhaustive),
        pytest.param("spike", middlewares.REFUSES, id="refuses", marks=exhaustive),
        pytest.param("spike", middlewares.DOUBLES, id="doubles", marks=exhaustive),
        pytest.param("payload", middlewares.PADS, id="pads", marks=exhaustive),
        pytest.param("memory", middlewares.GROWS, id="grows", marks=exhaustive),
    ],
)
def test_what_is_planted_fails_the_metric_that_is_about_it(planted: Planted, metric: str, middleware: str) -> None:
    about = ("p95", "ratio", "payload") if metric in {"ratio", "payload"} else (metric,)
    found = planted(*(f"performance.{name}" for name in about), middleware=middleware)
    assert missed(found) == {f"performance.{metric}"}, said(found)


@exhaustive
@pytest.mark.slow
def test_what_takes_far_too_long_fails_by_its_95th_percentile_too(planted: Planted) -> None:
    found = planted("performance.p95", "performance.ratio", middleware=middlewares.VERY_SLOW)
    assert missed(found) == set(found), said(found)


@exhaustive
@pytest.mark.slow(minutes=1)
def test_a_page_without_its_index_is_named_with_its_statement_and_the_index(planted: Planted) -> None:
    found = planted("performance.plans", edits=NO_INDEX)["performance.plans"]
    (whole,) = [f for f in found.findings if "GET /api/v1/posts/ as" in f.message]
    assert "reads all of posts_post" in whole.message
    assert "ORDER BY" in whole.detail
    assert whole.remedy == "No index begins so: add one on posts_post (created_at DESC, id DESC) to `Meta.indexes`."


@exhaustive
@pytest.mark.slow(minutes=1)
def test_a_page_that_sorts_all_rows_of_its_filter_is_named(planted: Planted) -> None:
    found = planted("performance.plans", edits={INDEX: UNSORTED})["performance.plans"]
    (sorts,) = [f for f in found.findings if "category=" in f.message]
    assert " sorts " in sorts.message, sorts.message
    assert "(category_id, status, created_at DESC, id DESC)" in sorts.remedy, sorts.remedy


def said(found: dict[str, Measurement]) -> str:
    """All that is known, for whoever sees a test fail."""
    return "\n".join(f"{m.metric} {m.value} {m.reason} {m.fault}" for m in found.values())
