"""Task 5: requests that may be repeated, the plain cases."""

from grader.checkpoint import check, expect_that

COMMENTS = "comments_comment"


@check("api.idempotency", seconds=60)
def test_a_repeated_request(db, rows, rng, say, replayed):
    """The same request with the same `Idempotency-Key` is answered as the first was, and makes no second comment."""
    body, key = {"post": rows.post(state="out").id, "body": rng.sentence()}, rng.slug()
    first = say(body, key).expect(201)
    replayed(first, say(body, key))
    assert [row["body"] for row in db.rows(COMMENTS, "id", "body")] == [body["body"]]


@check("api.idempotency", seconds=60)
def test_another_request(db, rows, rng, say):
    """Another body with the same key is 422 and makes nothing, with another key a comment."""
    body, key = {"post": rows.post(state="out").id, "body": rng.sentence()}, rng.slug()
    say(body, key).expect(201)
    other = body | {"body": rng.sentence()}
    say(other, key).expect(422)
    assert db.count(COMMENTS) == 1
    say(other, rng.slug()).expect(201)
    assert db.count(COMMENTS) == 2


@check("api.idempotency-race", database="postgres", seconds=60)
def test_twenty_at_once(api, db, rows, rng, say, together):
    """Of twenty equal requests at once each is answered 201 or 409, and there is one comment."""
    body, key = {"post": rows.post(state="out").id, "body": rng.sentence()}, rng.slug()
    answers = together(COMMENTS, [lambda: say(body, key)] * 20)
    made = [row["id"] for row in db.rows(COMMENTS, "id")]
    expect_that(len(made) == 1, expected="one comment of twenty equal requests at once", observed=f"{len(made)}")
    told = {answer.expect(201, 409).status_code: answer for answer in answers}
    expect_that(201 in told, expected="201 for the request that made the comment", observed="409 for all twenty")
    assert {answer.object().get("id") for answer in answers if answer.status_code == 201} == set(made)


@check("api.if-match-race", database="postgres", seconds=60)
def test_two_at_once(api, db, rows, rng, tag_of, together):
    """Of two changes at once with the same right `If-Match` one is done, the other is 412."""
    path = f"/posts/{rows.post(state='out').id}/"
    header, titles = {"If-Match": tag_of(path, as_="editor")}, [rng.title(), rng.title()]
    changes = [api.later("PATCH", path, as_="editor", json={"title": title}, headers=header) for title in titles]
    answers = together("posts_post", changes)
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    won = next(title for title, answer in zip(titles, answers, strict=True) if answer.status_code == 200)
    assert [row["title"] for row in db.rows("posts_post", "title")] == [won]


@check("api.idempotency-lifetime", seconds=60)
def test_a_day_later(api, db, rows, rng, say, replayed, manage):
    """A key is remembered for 24 hours; later it is new, and `forget_idempotency_keys` ends with 0."""
    body, key = {"post": rows.post(state="out").id, "body": rng.sentence()}, rng.slug()
    first = say(body, key).expect(201)
    api.age(24 * 3600 - 60)
    replayed(first, say(body, key))
    api.age(120)
    assert manage("forget_idempotency_keys").code == 0
    assert say(body, key).expect(201).object().get("id") != first.object().get("id")
    assert db.count(COMMENTS) == 2
