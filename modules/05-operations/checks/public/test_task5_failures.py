"""Tasks that come twice, lose their worker or the database, cannot be done, or do not end."""

import time

from grader.checkpoint import check, expect

PUBLISH = "comments.tasks.publish_comment"
MANY = "40"  # retries: with a wait of up to a second before each they take far longer than one failure
AT_WORK_S = 60  # until a worker has begun
AT_ONCE_S = 15


@check("tasks.once", seconds=90)
def test_a_task_that_comes_twice(platform, rng, comment, approvals):
    """A task that comes twice writes one e-mail about a comment that waits, and leaves the comment as it is."""
    it = platform()
    on = it.web.rows.post(state="out", author=it.web.rows.user(email=f"{rng.word()}@example.com"))
    waits, approved = comment(it, on, as_="reader2"), comment(it, it.web.rows.post(state="out"), as_="admin")
    before = it.web.get(f"/comments/{waits}/", as_="editor").expect(200).object()
    it.send_again("comments")
    it.worker()
    it.settle()
    expect(len(it.mail.taken), equal_to=1, because="one comment waits, and its author is told once")
    expect(approvals(it, approved) <= 1, equal_to=True, because="the other one was approved once")
    after = it.web.get(f"/comments/{waits}/", as_="editor").expect(200).object()
    expect(after, equal_to=before, because="what the task leaves `pending` it leaves as it is")


@check("tasks.killed-worker", seconds=120)
def test_a_worker_is_killed(platform, comment, status_of):
    """A comment whose worker is killed at work on it is approved by the next worker."""
    it = platform()
    key = comment(it, it.web.rows.post(state="out"), as_="admin")
    with it.web.db.writes_held("comments_comment") as held:
        worker = it.worker()
        it.until(held.waiting, expected="the task at work", observed=lambda: "no session waits", within_s=AT_WORK_S)
        worker.kill()
    it.age_messages()
    it.worker()
    it.settle()
    expect(status_of(it, key), equal_to="approved", because="the task was not acknowledged, so another worker gets it")
    expect(it.dead_letters(), equal_to=[])


@check("tasks.retries", seconds=90)
def test_the_database_is_away_for_a_moment(platform, comment, status_of):
    """A task that finds no database is tried again, and done once the database is back."""
    it = platform(env={"TASK_MAX_RETRIES": MANY})
    worker = it.worker()
    on = it.web.rows.post(state="out")
    worker.cut("postgres")
    key = comment(it, on, as_="admin")
    it.until(
        lambda: it.waiting("comments") == 0, expected="the task taken", observed=lambda: "it waits", within_s=AT_WORK_S
    )
    time.sleep(1)  # so that it has failed at least once
    worker.restore("postgres")
    it.settle()
    expect(
        {"status": status_of(it, key), "dead letters": it.dead_letters()},
        equal_to={"status": "approved", "dead letters": []},
        because="another try was enough",
    )


@check("tasks.retries", seconds=90)
def test_what_no_other_try_mends(platform, comment, refuse_approval):
    """A task that the database refuses with an `IntegrityError` is not tried again: it fails at once."""
    it = platform(env={"TASK_MAX_RETRIES": MANY})
    refuse_approval(it)
    it.worker()
    comment(it, it.web.rows.post(state="out"), as_="admin")
    it.until(
        it.dead_letters,
        expected="a dead letter without retries, for an IntegrityError",
        observed=lambda: "none yet, as if it was tried again",
        within_s=AT_ONCE_S,
    )


@check("tasks.time-limit", seconds=120)
def test_a_task_that_does_not_end(platform, comment, status_of):
    """A task that still runs at `TASK_TIME_LIMIT_SECONDS` is killed and is a dead letter; the next one is done."""
    it = platform(env={"TASK_TIME_LIMIT_SECONDS": "4", "TASK_SOFT_TIME_LIMIT_SECONDS": "0"})
    on = it.web.rows.post(state="out")
    comment(it, on, as_="admin")
    with it.web.db.writes_held("comments_comment") as held:
        it.worker()
        it.until(held.waiting, expected="the task at work", observed=lambda: "no session waits", within_s=AT_WORK_S)
        it.until(
            it.dead_letters,
            expected="a dead letter for the task that does not end, with a limit of 4 s,",
            observed=lambda: "none",
            within_s=30,
        )
    expect([one.get("task") for one in it.dead_letters()], equal_to=[PUBLISH])
    following = comment(it, on, as_="admin")
    it.settle()
    expect(status_of(it, following), equal_to="approved", because="the worker goes on")
