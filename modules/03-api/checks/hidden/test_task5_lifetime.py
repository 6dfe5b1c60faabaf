"""Task 5: how long an Idempotency-Key is remembered, by the variables and by the command that forgets."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from grader.checkpoint import check, expect_that

COMMENTS = "comments_comment"
HOUR_S = 3600
# Within it a server that has just been started answers.
START_S = 20


@pytest.fixture
def comment(rng):
    """``comment(rows)`` is what makes a comment, as it is sent, and a key."""
    return lambda rows: ({"post": rows.post(state="out").id, "body": rng.sentence()}, rng.slug())


def is_waiting(held, first):
    """Until the request waits for the table, or has ended."""
    until = time.monotonic() + START_S
    while not (held.waiting() or first.done()) and time.monotonic() < until:
        time.sleep(0.01)


@check("api.idempotency-lifetime", database="postgres", seconds=90)
def test_the_variables(api_with, comment, rng, say, replayed):
    """`IDEMPOTENCY_KEY_HOURS` and `IDEMPOTENCY_IN_FLIGHT_SECONDS` hold: of a process that died nothing stays."""
    hours, seconds = rng.randint(2, 20), 2
    env = {"IDEMPOTENCY_KEY_HOURS": str(hours), "IDEMPOTENCY_IN_FLIGHT_SECONDS": str(seconds)}
    api = api_with(env=env)
    (body, key), db = comment(api.rows), api.db
    with db.writes_held(COMMENTS) as held, ThreadPoolExecutor(1) as pool:
        dying = pool.submit(say, body, key, to=api, within_s=START_S)
        is_waiting(held, dying)
        died = time.monotonic()
        api_with.restart(api, env=env)
        dying.exception()
    time.sleep(max(0, died + seconds + 0.5 - time.monotonic()))
    other = body | {"body": rng.sentence()}
    first = say(other, key, to=api, within_s=START_S).expect(201, because="the process that had the key has died")
    replayed(first, say(other, key, to=api))
    api.age(hours * HOUR_S - 60)
    replayed(first, say(other, key, to=api))
    api.age(120)
    say(body, key, to=api).expect(201, because=f"the key is more than {hours} hours old")
    assert [row["body"] for row in db.rows(COMMENTS, "id", "body")] == [other["body"], body["body"]]


@check("api.idempotency-lifetime", database="postgres", seconds=90)
def test_a_minute_at_work(api, db, rows, comment, say):
    """By default the first may be at work for a minute: until then a repetition is 409, or waits for it."""
    body, key = comment(rows)
    with db.writes_held(COMMENTS) as held, ThreadPoolExecutor(2) as pool:
        first = pool.submit(say, body, key)
        is_waiting(held, first)
        api.age(50)
        again = pool.submit(say, body, key)
        until = time.monotonic() + 1
        while not again.done() and time.monotonic() < until:
            time.sleep(0.01)
        if again.done():
            again.result().expect(409, because="the first has been at work for 50 of 60 seconds")
        held.release()
        first.result().expect(201)
        again.result().expect(201, 409)
    assert db.count(COMMENTS) == 1


@check("api.idempotency-lifetime", seconds=90)
def test_the_command(api, db, rows, comment, rng, say, replayed, manage):
    """`forget_idempotency_keys` deletes the keys that are older than 24 hours, and no other; again it is no harm."""
    body, key = comment(rows)
    keys = [key, *(rng.slug() for _ in range(3))]
    before = api.count_own_rows()
    for old in keys[:2]:
        say(body, old).expect(201)
    api.age(120)
    for new in keys[2:]:
        say(body, new).expect(201)
    made = api.count_own_rows()
    api.age(24 * HOUR_S - 60)
    for _ in range(2):
        assert manage("forget_idempotency_keys").code == 0
        gone = made - api.count_own_rows()
        expect_that(made == before or gone >= 2, expected="two keys less: they are older", observed=f"{gone} rows less")
    for new in keys[2:]:
        assert say(body, new).header("Idempotency-Replayed") == "true"
    assert db.count(COMMENTS) == 4
