"""What becomes of requests, connections and tasks when a server or a worker is told to end."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from grader.checkpoint import check, expect, expect_that

ENDS_S = 35.0
HELD_S = 3.0
MANY = 24  # more tasks than a worker has children, so that some wait
HALF = b"POST /api/v1/comments/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 90\r\n\r\n{"


@check("resilience.shutdown", seconds=180)
def test_requests_in_flight(platform, rng):
    """After `SIGTERM` requests in flight are answered, no further one is, and the server ends with 0."""
    it = platform(as_configured=True)
    on = it.web.rows.post(state="out")
    it.web.get("/posts/").expect(200)
    with it.web.db.writes_held("comments_comment") as held, ThreadPoolExecutor(2) as pool:
        sent = {"post": on.id, "body": rng.sentence()}
        coming = [
            pool.submit(it.web.post, "/comments/", as_=who, json=sent, within_s=60) for who in ("reader", "editor")
        ]
        it.until(lambda: held.waiting() >= 2, expected="two requests at work", observed=held.waiting, within_s=30)
        it.terminate()
        time.sleep(HELD_S)
        late = it.say(b"GET /live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", within_s=2)
        held.release()
        for answer in coming:
            answer.result().expect(201, because="it was under way before `SIGTERM`")
    told = late.partition(b"\r\n")[0].decode("utf-8", "replace")
    expect_that(not late, expected="no answer to a request that comes after `SIGTERM`", observed=f"{told} for /live")
    expect(it.ended(ENDS_S), equal_to=0, because="that is how a server ends that was told to")


@check("resilience.shutdown", seconds=180)
@pytest.mark.parametrize("data", [b"", HALF], ids=["nothing", "half a request"])
def test_clients_that_say_no_more(platform, data):
    """A client that has said nothing, or half a request, does not keep a server from its end."""
    it = platform(as_configured=True)
    it.web.get("/live", version=None).expect(200)
    with it.connected(data), it.connected(data):
        time.sleep(1)
        it.terminate()
        expect(it.ended(ENDS_S), equal_to=0, because="nobody waits for such a client for long")


@check("resilience.worker-shutdown", seconds=180)
def test_tasks_that_a_worker_has_begun(platform, comment, status_of):
    """After `SIGTERM` a worker finishes what it has begun, begins nothing new and ends with 0; the rest waits."""
    it = platform()
    on = it.web.rows.post(state="out")
    keys = [comment(it, on, as_="editor") for _ in range(MANY)]
    with it.web.db.writes_held("comments_comment") as held:
        worker = it.worker()
        it.until(held.waiting, expected="tasks at work", observed=lambda: "no session waits", within_s=60)
        time.sleep(1)
        begun = held.waiting()
        worker.terminate()
        time.sleep(HELD_S)
    code = worker.ended(ENDS_S)
    done = [status_of(it, key) for key in keys].count("approved")
    expect(code, equal_to=0, because="that is how a worker ends that was told to")
    expect(done, equal_to=begun, because="so many tasks were at work when it was told to end")
    expect(it.waiting("comments"), equal_to=MANY - begun, because="what nobody has begun still waits in the queue")
    expect(it.dead_letters(), equal_to=[], because="no task has failed")
    it.worker()
    it.settle()
    expect([status_of(it, key) for key in keys], equal_to=["approved"] * MANY, because="the next worker does the rest")
