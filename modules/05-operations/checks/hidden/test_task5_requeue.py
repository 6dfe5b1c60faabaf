"""What Beat's tasks put back into the queues: which, in what order, how many, and how often."""

import base64
import json

from grader.checkpoint import check, expect, expect_that, fail

MINUTE_S = 60
FULL, ROOM = 500, 3
# The task itself, in the place of the worker: what it puts into the queues stays there to be counted.
RUN = """
import sys

sys.path[:0] = ["src", "src/apps"]
import django
django.setup()
from config.celery import app
app.loader.import_default_modules()
app.tasks["comments.tasks.requeue_unscreened_comments"].apply(throw=True)
"""


def requeue(it):
    """Runs the task and gives which comments it has put into the queue, the next one to be taken first."""
    before = it.waiting("comments")
    ran = it.command("-c", RUN)
    expect_that(ran.ok, expected="`requeue_unscreened_comments` to end well", observed=ran.out[-300:])
    messages = it.messages("comments")  # the last one that was sent comes first, a worker takes them from the other end
    return [about(message) for message in reversed(messages[: len(messages) - before])]


def about(message):
    """The comment that a message is about: the one value among the arguments of its task."""
    try:
        args, kwargs, *_ = json.loads(base64.b64decode(message["body"]))
        return [*args, *kwargs.values()][0]
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, RecursionError):
        fail(expected="messages of Celery with the id of a comment", observed=str(message)[:200])


def accepted_without_redis(it, comment, number, *, author="reader"):
    """So many comments, the first one the oldest, whose tasks could not be queued."""
    on = it.web.rows.post(state="out")
    it.web.cut("redis")
    keys = [comment(it, on, as_=author) for _ in range(number)]
    it.web.restore("redis")
    return keys


def made_older(it, seconds):
    """All that the project remembers, as if so many seconds had passed."""
    columns = [one.name for one in it.web.db.columns("comments_comment") if one.type.startswith("timestamp")]
    older = ", ".join(f'"{name}" = "{name}" - pg_catalog.make_interval(secs => {seconds})' for name in columns)
    it.web.db.execute(f"UPDATE public.comments_comment SET {older}")
    it.web.age(seconds)


@check("tasks.requeue", seconds=180)
def test_who_is_queued_again(platform, comment):
    """Who has waited for 30 minutes is queued, the oldest first, once in 30 minutes; who was decided on is not."""
    it = platform()
    decided, *waiting = accepted_without_redis(it, comment, 4)
    made_older(it, 28 * MINUTE_S)
    expect(requeue(it), equal_to=[], because="they have waited for 28 minutes")
    it.web.post(f"/comments/{decided}/approve/", as_="editor").expect(200)
    young = accepted_without_redis(it, comment, 1)
    made_older(it, 3 * MINUTE_S)
    expect(requeue(it), equal_to=waiting, because="they have waited for 31 minutes, the first one longest")
    expect(requeue(it), equal_to=[], because="each is queued once in 30 minutes")
    made_older(it, 28 * MINUTE_S)
    expect(requeue(it), equal_to=young, because="of these the last one alone has waited and was not queued yet")


@check("tasks.requeue", seconds=180)
def test_dead_letters_are_not_queued_again(platform, comment, refuse_approval):
    """A comment whose task is a dead letter is not queued again: that is replayed by a person."""
    it = platform()
    refuse_approval(it)
    worker = it.worker()
    comment(it, it.web.rows.post(state="out"), as_="editor")
    it.until(it.dead_letters, expected="a dead letter", observed=lambda: "none", within_s=60)
    it.settle()
    worker.kill()
    left = accepted_without_redis(it, comment, 1, author="editor")
    made_older(it, 31 * MINUTE_S)
    expect(requeue(it), equal_to=left, because="the other one's task failed for good")


@check("tasks.requeue", seconds=180)
def test_the_queue_is_not_flooded(platform, comment):
    """So many are queued again that the queue holds no more than 500 messages, and those that wait longest."""
    it = platform()
    first = comment(it, it.web.rows.post(state="out"))
    keys = accepted_without_redis(it, comment, 5)
    while missing := FULL - ROOM - it.waiting("comments"):
        it.send_again("comments", most=missing)
    made_older(it, 31 * MINUTE_S)
    expect(requeue(it), equal_to=[first, *keys][:ROOM], because=f"{FULL - ROOM} messages wait, and 500 are the limit")
    expect(requeue(it), equal_to=[], because="500 messages wait")
