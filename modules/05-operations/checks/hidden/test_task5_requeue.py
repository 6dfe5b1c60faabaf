"""What Beat's tasks put back into the queues: which, in what order, how many, and how often."""

from grader.checkpoint import check, expect

MINUTE_S = 60
FULL, ROOM = 500, 3


@check("tasks.requeue", seconds=180)
def test_who_is_queued_again(platform, requeue, accepted_without_redis, made_older):
    """Who has waited for 30 minutes is queued, the oldest first, once in 30 minutes; who was decided on is not."""
    it = platform()
    decided, *waiting = accepted_without_redis(it, 4)
    made_older(it, 28 * MINUTE_S)
    expect(requeue(it), equal_to=[], because="they have waited for 28 minutes")
    it.web.post(f"/comments/{decided}/approve/", as_="editor").expect(200)
    young = accepted_without_redis(it, 1)
    made_older(it, 3 * MINUTE_S)
    expect(requeue(it), equal_to=waiting, because="they have waited for 31 minutes, the first one longest")
    expect(requeue(it), equal_to=[], because="each is queued once in 30 minutes")
    made_older(it, 28 * MINUTE_S)
    expect(requeue(it), equal_to=young, because="of these the last one alone has waited and was not queued yet")


@check("tasks.requeue", seconds=180)
def test_dead_letters_are_not_queued_again(
    platform, comment, refuse_approval, requeue, accepted_without_redis, made_older
):
    """A comment whose task is a dead letter is not queued again: that is replayed by a person."""
    it = platform()
    refuse_approval(it)
    worker = it.worker()
    comment(it, it.web.rows.post(state="out"), as_="editor")
    it.until(it.dead_letters, expected="a dead letter", observed=lambda: "none", within_s=60)
    it.settle()
    worker.kill()
    left = accepted_without_redis(it, 1, author="editor")
    made_older(it, 31 * MINUTE_S)
    expect(requeue(it), equal_to=left, because="the other one's task failed for good")


@check("tasks.requeue", seconds=180)
def test_the_queue_is_not_flooded(platform, comment, requeue, accepted_without_redis, made_older):
    """So many are queued again that the queue holds no more than 500 messages, and those that wait longest."""
    it = platform()
    first = comment(it, it.web.rows.post(state="out"))
    keys = accepted_without_redis(it, 5)
    while missing := FULL - ROOM - it.waiting("comments"):
        it.send_again("comments", most=missing)
    made_older(it, 31 * MINUTE_S)
    expect(requeue(it), equal_to=[first, *keys][:ROOM], because=f"{FULL - ROOM} messages wait, and 500 are the limit")
    expect(requeue(it), equal_to=[], because="500 messages wait")
