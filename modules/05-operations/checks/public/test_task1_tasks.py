"""The log line of a task that a request led to."""

from grader.checkpoint import check, expect, expect_that

PUBLISH = "comments.tasks.publish_comment"


@check("logs.tasks", seconds=90)
def test_a_run_is_logged(platform, rng):
    """The run of a comment's task is one JSON object with its name, state and duration, and the request's id."""
    it = platform()
    worker = it.worker()
    sent = {"post": it.web.rows.post(state="out").id, "body": rng.sentence()}
    request_id = it.web.post("/comments/", as_="editor", json=sent).expect(201).headers.get("x-request-id")
    it.settle()

    def logged():
        return [line for line in worker.lines("task") if line.get("task") == PUBLISH]

    it.until(logged, expected=f'a line with `"event": "task"` of {PUBLISH}', observed=lambda: "none", within_s=30)
    expect([[one.get("state"), one.get("request_id")] for one in logged()], equal_to=[["success", request_id]])
    (line,) = logged()
    for name, kinds, words in (("task_id", str, "a text"), ("duration_ms", (int, float), "a number of milliseconds")):
        found = line.get(name)
        right = isinstance(found, kinds) and not isinstance(found, bool)
        expect_that(right, expected=f"`{name}` of the run, {words}", observed=found)
