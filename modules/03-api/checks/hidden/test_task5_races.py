"""Task 5: requests that come at the same moment, on PostgreSQL, counted by the observer."""

import time
from concurrent.futures import ThreadPoolExecutor, wait

import pytest

from grader.checkpoint import check, expect_that

COMMENTS = "comments_comment"
# Pairs that come at once: the collection, its table, and what the two do.
PAIRS = {
    "two edits of a comment": ("comments", COMMENTS, "PATCH", "PUT"),
    "an edit and a rejection": ("comments", COMMENTS, "PATCH", "reject/"),
    "an edit and the archive": ("posts", "posts_post", "PATCH", "unpublish/"),
    "an edit and a deletion": ("categories", "posts_category", "PUT", "DELETE"),
    "two deletions": ("tags", "posts_tag", "DELETE", "DELETE"),
    "two edits of an account": ("users", "accounts_user", "PATCH", "PATCH"),
}
MANY = 6


@check("api.if-match-race", database="postgres", seconds=90)
@pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS)
def test_one_of_two_wins(api, db, paths, changes, tag_of, together, pair):
    """Of two changes of any kind one is done, the other is 412, or 404 after a deletion; nothing of it is stored."""
    name, table, *kinds = pair
    path = paths(name)
    header = {"If-Match": tag_of(path)}
    bodies = [changes(name) if kind in ("PATCH", "PUT") else None for kind in kinds]
    requests = []
    for kind, body in zip(kinds, bodies, strict=True):
        method, where = ("POST", path + kind) if kind.endswith("/") else (kind, path)
        options = {} if body is None else {"json": body}
        requests.append(api.later(method, where, as_="admin", headers=header, **options))
    answers = together(table, requests)
    done = [number for number, answer in enumerate(answers) if answer.status_code in (200, 204)]
    expect_that(len(done) == 1, expected="one of two changes at once to be done", observed=f"{len(done)} are")
    deleted = kinds[done[0]] == "DELETE"
    answers[1 - done[0]].expect(*((404, 412) if deleted else (412,)))
    if deleted:
        assert db.count(table, id=int(path.split("/")[2])) == 0
    else:
        (row,) = db.rows(table, id=int(path.split("/")[2]))
        other = bodies[1 - done[0]] or {}
        assert not [field for field, value in other.items() if row[field] == value]
        assert {field: row[field] for field in bodies[done[0]] or {}} == (bodies[done[0]] or {})


@check("api.if-match-race", database="postgres", seconds=90)
def test_one_of_many_wins(api, db, rng, tag_of):
    """Of six changes of one's own account at once one is done."""
    header, names = {"If-Match": tag_of("/users/me/", as_="reader")}, [rng.word() for _ in range(MANY)]
    requests = [
        api.later("PATCH", "/users/me/", as_="reader", json={"first_name": name}, headers=header) for name in names
    ]
    answers = api.at_once(requests)
    assert sorted(answer.status_code for answer in answers) == [200, *[412] * (MANY - 1)]
    won = next(name for name, answer in zip(names, answers, strict=True) if answer.status_code == 200)
    assert db.one("accounts_user", "first_name", id=api.people["reader"].id)["first_name"] == won


@check("api.idempotency-race", database="postgres", seconds=90)
def test_two_bodies_with_one_key_at_once(db, rows, rng, say, together):
    """Of two bodies with the same key at once one makes one comment; the other is 409 or 422."""
    post, key = rows.post(state="out").id, rng.slug()
    bodies = [{"post": post, "body": rng.sentence()} for _ in range(2)] * 5
    answers = together(COMMENTS, [lambda body=body: say(body, key) for body in bodies])
    made = [row["body"] for row in db.rows(COMMENTS, "id", "body")]
    expect_that(len(made) == 1, expected="one comment of requests with one key", observed=f"{len(made)}")
    done = 0
    for body, answer in zip(bodies, answers, strict=True):
        answer.expect(*((201, 409) if body["body"] == made[0] else (409, 422)))
        done += answer.status_code == 201
    expect_that(done > 0, expected="201 for the request that made the comment", observed="another status for all")


@check("api.idempotency-race", database="postgres", seconds=90)
def test_one_key_of_two_people_at_once(api, db, rows, rng, say, together):
    """The same key and body of two people at once make one comment of each."""
    body, key = {"post": rows.post(state="out").id, "body": rng.sentence()}, rng.slug()
    answers = together(COMMENTS, [lambda who=who: say(body, key, as_=who) for who in ("reader", "editor") * 4])
    for answer in answers:
        answer.expect(201, 409)
    wanted = sorted(api.people[who].id for who in ("reader", "editor"))
    assert sorted(row["author_id"] for row in db.rows(COMMENTS, "id", "author_id")) == wanted


@check("api.idempotency-race", database="postgres", seconds=90)
def test_many_keys_at_once(api, db, rows, rng, say):
    """Equal requests with different keys at once are different requests: none is lost."""
    body = {"post": rows.post(state="out").id, "body": rng.sentence()}
    keys = [rng.slug() for _ in range(MANY)]
    for answer in api.at_once([lambda key=key: say(body, key) for key in keys]):
        answer.expect(201)
    assert db.count(COMMENTS) == MANY


@check("api.idempotency-race", database="postgres", seconds=90)
def test_the_first_is_at_work(db, rows, rng, say, replayed):
    """While the first has no answer yet, a repetition is 409, or waits for it; another body is 409 or 422."""
    body, key = {"post": rows.post(state="out").id, "body": rng.sentence()}, rng.slug()
    with db.writes_held(COMMENTS) as held, ThreadPoolExecutor(3) as pool:
        first = pool.submit(say, body, key)
        until = time.monotonic() + 5
        while not (held.waiting() or first.done()) and time.monotonic() < until:
            time.sleep(0.01)
        again = pool.submit(say, body, key)
        other = pool.submit(say, body | {"body": rng.sentence()}, key)
        wait([again, other], timeout=1)
        if again.done():
            again.result().expect(409, because="the first has no answer yet")
        held.release()
        answer = first.result().expect(201)
        if again.result().expect(201, 409).status_code == 201:
            replayed(answer, again.result())
        other.result().expect(409, 422)
    replayed(answer, say(body, key))
    assert [row["body"] for row in db.rows(COMMENTS, "id", "body")] == [body["body"]]
