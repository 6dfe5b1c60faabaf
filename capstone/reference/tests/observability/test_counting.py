# FILE SOLUTION 05
"""What is counted, from signals."""

from collections.abc import Callable, Iterator

import pytest
from prometheus_client import REGISTRY

from comments.tasks import enqueue_comment
from jobs.dead_letters import consume_dead_letters
from tests.factories import CommentFactory

pytestmark = pytest.mark.django_db

TASK = "comments.tasks.publish_comment"


@pytest.fixture
def increase() -> Callable[..., float]:
    """By how much a sample has grown since the first time that the test asked for it."""
    before: dict[str, float] = {}

    def since(name: str, **labels: str) -> float:
        now = REGISTRY.get_sample_value(name, labels) or 0.0
        return now - before.setdefault(f"{name} {labels}", now)

    return since


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A task that cannot succeed."""

    def fail(comment_id: int) -> None:
        raise ValueError

    monkeypatch.setattr("comments.tasks.publish_comment", fail)
    yield
    list(consume_dead_letters())


@pytest.mark.usefixtures("failing")
def test_what_is_given_up_is_counted(increase: Callable[..., float]) -> None:
    samples = {
        "platform_dead_letters_total": {"task": TASK},
        "platform_tasks_total": {"task": TASK, "outcome": "failed"},
        "platform_task_duration_seconds_count": {"task": TASK},
    }
    for name, labels in samples.items():
        increase(name, **labels)
    enqueue_comment(CommentFactory())
    for name, labels in samples.items():
        assert increase(name, **labels) == 1.0, name
