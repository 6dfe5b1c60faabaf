"""What Beat's tasks put back into the queues (task 5)."""

import base64
import json

import pytest

from grader.checkpoint import expect_that, fail

# The task itself, in the place of a worker: what it puts into the queues stays there to be counted.
REQUEUE = """
import sys

sys.path[:0] = ["src", "src/apps"]
import django
django.setup()
from config.celery import app
app.loader.import_default_modules()
app.tasks["comments.tasks.requeue_unscreened_comments"].apply(throw=True)
"""


@pytest.fixture
def requeue():
    """``requeue(it)`` runs that task: the comments that it has put into the queue, the next one to be taken first."""

    def run(it):
        before = it.waiting("comments")
        ran = it.command("-c", REQUEUE)
        expect_that(ran.ok, expected="`requeue_unscreened_comments` to end well", observed=ran.out[-300:])
        messages = it.messages("comments")  # what was sent last comes first; a worker takes them from the other end
        return [_about(message) for message in reversed(messages[: len(messages) - before])]

    return run


def _about(message):
    """The comment that a message is about: the one value among the arguments of its task."""
    try:
        args, kwargs, *_ = json.loads(base64.b64decode(message["body"]))
        return [*args, *kwargs.values()][0]
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, RecursionError):
        fail(expected="messages of Celery with the id of a comment", observed=str(message)[:200])


@pytest.fixture
def accepted_without_redis(comment):
    """``accepted_without_redis(it, 3)``: so many comments, the first the oldest, whose tasks could not be queued."""

    def accept(it, number, *, author="reader"):
        on = it.web.rows.post(state="out")
        it.web.cut("redis")
        keys = [comment(it, on, as_=author) for _ in range(number)]
        it.web.restore("redis")
        return keys

    return accept


@pytest.fixture
def made_older():
    """``made_older(it, seconds)``: comments, and all that the project remembers, as if so many had passed."""

    def make(it, seconds):
        columns = [one.name for one in it.web.db.columns("comments_comment") if one.type.startswith("timestamp")]
        older = ", ".join(f'"{name}" = "{name}" - pg_catalog.make_interval(secs => {seconds})' for name in columns)
        it.web.db.execute(f"UPDATE public.comments_comment SET {older}")
        it.web.age(seconds)

    return make
