"""What Beat sends, and when: hours of its schedule, by a clock that the grader keeps (task 5)."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from grader.checkpoint import expect_that

# The table of the brief: how many seconds lie between two messages of a task, after which the first one expires too.
PERIODS = {
    "comments.tasks.requeue_unscreened_comments": 600,
    "mail.tasks.requeue_unsent_emails": 600,
    "analytics.tasks.roll_up": 3600,
    "authentication.tasks.forget_expired": 86400,
    "api.tasks.forget_idempotency_keys": 86400,
}
TOLERANCE = 0.1  # of the time between two


@pytest.fixture
def beat(rng):
    """``beat(it, hours)``: what Beat sends within so many hours, by the task; ``begins`` is a moment that is drawn.

    A task that the brief does not name may be sent as well.
    """

    def watch(it, hours, *, begins=None):
        begins = begins or datetime.now(UTC) + timedelta(seconds=rng.randrange(300 * 86400))
        found = defaultdict(list)
        for sent in it.beat(hours=hours, begins=begins):
            found[sent.task].append(sent)
        return {task: found[task] for task in PERIODS}

    return watch


@pytest.fixture
def punctual():
    """``punctual(found, hours)``: each task is sent at its times, from the first one on that falls into these hours."""

    def check(found, hours):
        for task, period in PERIODS.items():
            moments = [0.0, *(sent.at for sent in found[task]), hours * 3600.0]
            gaps = [later - earlier for earlier, later in pairwise(moments)]
            between, longest = gaps[1:-1], period * (1 + TOLERANCE)
            expect_that(
                max(gaps) <= longest and all(gap >= period * (1 - TOLERANCE) for gap in between),
                expected=f"{task} every {period} s, from Beat's start on",
                observed=f"it is sent {len(found[task])} times in {hours} hours; {_told(between)}",
            )

    return check


def _told(gaps):
    if not gaps:
        return "never twice"
    return f"between two of them lie {min(gaps):.0f} to {max(gaps):.0f} s"
