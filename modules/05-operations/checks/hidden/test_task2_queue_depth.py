"""`platform_queue_depth`: what waits, and not what a worker has in hand."""

from grader.checkpoint import check, expect


@check("metrics.queue-depth", seconds=120)
def test_what_waits_in_each_queue(platform, read_metrics, comment, rng):
    """Each queue is told apart, and the number goes down when a worker has taken what waits."""
    it = platform()
    on, number = it.web.rows.post(state="out"), rng.randrange(3, 6)
    for _ in range(number):
        comment(it, on, as_="editor")
    for _ in range(2):
        it.web.get(f"/posts/{on.id}/", as_="reader").expect(200)

    def depths():
        seen = read_metrics(it)
        return {one: seen.value("platform_queue_depth", queue=one) for one in ("comments", "mail", "analytics", "dead")}

    expect(depths(), equal_to={"comments": float(number), "mail": 0.0, "analytics": 2.0, "dead": 0.0})
    it.worker()
    it.settle()
    for _ in range(6):  # so that more than one process answers
        expect(depths(), equal_to={"comments": 0.0, "mail": 0.0, "analytics": 0.0, "dead": 0.0})


@check("metrics.queue-depth", seconds=120)
def test_what_a_worker_has_in_hand_does_not_wait(platform, read_metrics, comment):
    """A message that a worker is at work on is not among those that wait; a dead letter waits in `dead`."""
    it = platform(env={"TASK_TIME_LIMIT_SECONDS": "8", "TASK_SOFT_TIME_LIMIT_SECONDS": "0"})
    comment(it, it.web.rows.post(state="out"), as_="editor")

    def depth(queue):
        return read_metrics(it).value("platform_queue_depth", queue=queue)

    expect(depth("comments"), equal_to=1.0)
    with it.web.db.writes_held("comments_comment") as held:
        it.worker()
        it.until(
            held.waiting, expected="the task of the comment at work", observed=lambda: "no session waits", within_s=60
        )
        expect(depth("comments"), equal_to=0.0, because="a worker has it in hand")
        it.until(
            lambda: depth("dead") == 1.0,
            expected="1 in `dead` once the task was killed at its limit",
            observed=lambda: depth("dead"),
            within_s=60,
        )
