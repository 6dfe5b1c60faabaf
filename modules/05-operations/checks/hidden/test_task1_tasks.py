"""Log lines of tasks that are tried again, that fail, and that are killed."""

import pytest

from grader.checkpoint import check, expect, expect_that

PUBLISH = "comments.tasks.publish_comment"
LIMIT_S = 2


@pytest.fixture
def logged():
    """``logged(it, worker, request_id, number)`` are the lines of tasks of a request, once there are that many."""

    def wait(it, worker, request_id, number):
        def found():
            return [line for line in worker.lines("task") if line.get("request_id") == request_id]

        it.until(
            lambda: len(found()) >= number,
            expected=f'{number} lines with `"event": "task"` and the id of the request',
            observed=lambda: f"{len(found())} of {len(worker.lines('task'))} lines of tasks",
            within_s=30,
        )
        return found()

    return wait


@check("logs.tasks", seconds=120)
def test_a_retried_task_is_logged_for_each_run(platform, rng, comment, logged):
    """A task that a task sends has the request's id too; one that is tried again has an object for each run."""
    it = platform()
    worker = it.worker()
    author = it.web.rows.user(email=f"{rng.word()}@example.com")
    on, name = it.web.rows.post(state="out", author=author), f"{rng.getrandbits(128):032x}"
    it.mail.answer({"RCPT": "451 Later"})
    comment(it, on, headers={"X-Request-ID": name})
    it.until(
        lambda: it.mail.attempts, expected="an e-mail to the author of the post", observed=lambda: "none", within_s=60
    )
    it.mail.answer({})
    it.settle()
    of_mail = [line for line in logged(it, worker, name, 3) if line.get("task") != PUBLISH]
    ids = {line.get("task_id") for line in of_mail if line.get("state") == "retry"}
    expect_that(len(ids) == 1, expected="one task that was tried again", observed=f"{len(ids)} tasks")
    states = [line.get("state") for line in of_mail if line.get("task_id") in ids]
    expect(states, equal_to=["retry"] * (len(states) - 1) + ["success"], because="the second answer was 250")


@check("logs.tasks", seconds=120)
def test_a_task_that_fails_is_logged_once(platform, rng, comment, logged, refuse_approval):
    """A run that fails is one object with the state `failure`; audit entries of a task have its request's id."""
    it = platform()
    refusing = refuse_approval(it)
    worker = it.worker()
    on = it.web.rows.post(state="out")
    failing, working = (f"{rng.getrandbits(128):032x}" for _ in range(2))
    comment(it, on, as_="admin", headers={"X-Request-ID": failing})
    found = [line.get("state") for line in logged(it, worker, failing, 1) if line.get("task") == PUBLISH]
    expect(found, equal_to=["failure"])
    refusing()
    key = comment(it, on, as_="admin", headers={"X-Request-ID": working})
    it.settle()
    found = [line.get("state") for line in logged(it, worker, working, 1) if line.get("task") == PUBLISH]
    expect(found, equal_to=["success"])
    where = {"object_type": "comments.comment", "object_id": str(key)}
    audited = {row["request_id"] for row in it.web.db.rows("audit_auditentry", "request_id", **where)}
    expect(audited or {working}, equal_to={working}, because="the request led to the task that approved the comment")


@check("logs.tasks", seconds=120)
def test_a_run_that_is_killed_at_its_limit_is_logged(platform, rng, comment, logged):
    """A run that is killed at `TASK_TIME_LIMIT_SECONDS` is one object, `failure`, with that limit as its duration."""
    it = platform(env={"TASK_TIME_LIMIT_SECONDS": str(LIMIT_S), "TASK_SOFT_TIME_LIMIT_SECONDS": "0"})
    name = f"{rng.getrandbits(128):032x}"
    comment(it, it.web.rows.post(state="out"), as_="editor", headers={"X-Request-ID": name})
    with it.web.db.writes_held("comments_comment"):
        worker = it.worker()
        found = [line for line in logged(it, worker, name, 1) if line.get("task") == PUBLISH]
        told = [[line.get("state"), float(line.get("duration_ms", -1))] for line in found]
        expect(told, equal_to=[["failure", LIMIT_S * 1000.0]])
