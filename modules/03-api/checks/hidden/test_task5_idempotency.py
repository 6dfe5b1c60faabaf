"""Task 5: requests that may be repeated: what is the same request, and what is remembered of it."""

import json
import unicodedata

import pytest

from grader.checkpoint import check, expect_that

COMMENTS = "comments_comment"
PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))
JSON = {"Content-Type": "application/json"}
# A function that always fails, for as long as somebody writes comments.
BREAK = (
    "CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no''; END'",
    "CREATE TRIGGER refuse BEFORE INSERT ON public.comments_comment EXECUTE FUNCTION public.refuse()",
)
MEND = ("DROP TRIGGER refuse ON public.comments_comment", "DROP FUNCTION public.refuse()")


@pytest.fixture
def post(rows):
    """A post that is out."""
    return rows.post(state="out")


@pytest.fixture
def body(post, rng):
    """A comment on it, as it is sent."""
    return {"post": post.id, "body": rng.sentence()}


@check("api.idempotency", seconds=90)
def test_the_same_value_written_otherwise(api, db, body, rng, replayed):
    """The order of members, white space and escapes make no other request."""
    key, word = rng.slug(), rng.word()
    value = body | {"body": f"A {word} ü/é 😀", "more": {"a": [1, "ö"], "b": {"c": None, "d": True}}}
    turned = dict(reversed(value.items())) | {"more": {"b": {"d": True, "c": None}, "a": [1, "ö"]}}
    texts = [
        json.dumps(value),
        json.dumps(value, ensure_ascii=False),
        json.dumps(turned, ensure_ascii=False, separators=(",", ":")),
        json.dumps(turned, indent=4).replace("\n", "\r\n"),
        json.dumps(value, ensure_ascii=False)
        .replace("A ", "\\u0041 ")
        .replace("/", "\\/")
        .replace('"post"', '"\\u0070ost"'),
    ]
    first, *again = [
        api.post("/comments/", as_="reader", body=text.encode(), headers=JSON | {"Idempotency-Key": key})
        for text in texts
    ]
    first.expect(201)
    for answer in again:
        replayed(first, answer)
    assert db.count(COMMENTS) == 1


@check("api.idempotency", seconds=90)
def test_other_values(db, rows, body, rng, say, replayed):
    """Each other value is another request: of a field, of a field that is ignored, its type, the order of a list."""
    key, word = rng.slug(), rng.word()
    value = body | {"body": f"{word} é", "some": {"list": [1, 2], "flag": True, "number": 0, "empty": "", "none": None}}
    first = say(value, key).expect(201)
    inner = value["some"]
    others = {
        "another post": value | {"post": rows.post(state="out").id},
        "another text": value | {"body": f"{word} e"},
        "capitals": value | {"body": f"{word} é".upper()},
        "white space at its end": value | {"body": f"{word} é "},
        "another Unicode form": value | {"body": unicodedata.normalize("NFD", f"{word} é")},
        "a member more": value | {"more": 1},
        "a member less": body | {"body": value["body"]},
        "a list in another order": value | {"some": inner | {"list": [2, 1]}},
        "a number as a text": value | {"some": inner | {"list": ["1", 2]}},
        "a truth value as a number": value | {"some": inner | {"flag": 1}},
        "a number as a truth value": value | {"some": inner | {"number": False}},
        "null for an empty text": value | {"some": inner | {"empty": None}},
        "no member for null": value | {"some": {name: inner[name] for name in inner if name != "none"}},
    }
    for what, other in others.items():
        say(other, key).expect(422, because=f"{what} is another body")
    replayed(first, say(value, key))
    assert db.count(COMMENTS) == 1


@check("api.idempotency", seconds=90)
def test_keys(db, body, rng, say, replayed):
    """A key has 1 to 255 printable ASCII characters, and each is another one: capitals and spaces count."""
    word, long = rng.word(), "".join(rng.choices(PRINTABLE, k=254))
    keys = [rng.choice(PRINTABLE), PRINTABLE, word, word.upper(), f"{word} a", f"{word}  a", f"{long}a", f"{long}b"]
    answers = {key: say(body, key).expect(201, because="the key is new") for key in keys}
    assert db.count(COMMENTS) == len(keys)
    for key, first in answers.items():
        replayed(first, say(body, key))
    assert db.count(COMMENTS) == len(keys)


@check("api.idempotency", seconds=90)
def test_what_is_no_key(db, body, say):
    """A key that is empty, longer than 255 characters or not of printable ASCII is 400, and makes nothing."""
    for key in ("", "a" * 256, "é", "a\u00a0b"):
        found = say(body, key).expect(400, because=f"{key!r} is no key").object()
        expect_that("errors" not in found, expected="a 400 without `errors`: no field is wrong", observed="`errors`")
    assert db.count(COMMENTS) == 0


@check("api.idempotency", seconds=90)
def test_what_became_of_the_comment(api, db, rows, body, rng, say, replayed):
    """The first answer comes again after the comment was edited, approved or deleted, or its post has left."""
    key = rng.slug()
    first = say(body, key).expect(201)
    path = f"/comments/{first.object().get('id')}/"
    api.patch(path, as_="reader", json={"body": rng.sentence()}).expect(200)
    replayed(first, say(body, key))
    api.post(f"{path}approve/", as_="editor").expect(200)
    replayed(first, say(body, key))
    api.delete(path, as_="reader").expect(204)
    replayed(first, say(body, key))
    rows.move_posts([body["post"]], "archived")
    replayed(first, say(body, key))
    assert db.count(COMMENTS) == 0


@check("api.idempotency", seconds=90)
def test_nothing_is_remembered_of_a_refusal(api, db, rows, body, rng, say, replayed):
    """After a 4xx the same key is new: with what was wrong mended, and with the same body once it is right."""
    key, late = rng.slug(), rows.post(state="draft", author="editor")
    header = {"Idempotency-Key": key}
    say(body | {"body": ""}, key).expect(400)
    say({"body": body["body"]}, key).expect(400)
    api.post("/comments/", as_="reader", body=b"{", headers=JSON | header).expect(400)
    say(body, key, csrf=False).expect(401, 403)
    later = body | {"post": late.id}
    say(later, key).expect(400)
    rows.move_posts([late.id], "out")
    replayed(say(later, key).expect(201), say(later, key))
    say(body, key).expect(422)
    assert [row["post_id"] for row in db.rows(COMMENTS, "post_id")] == [late.id]


@check("api.idempotency", database="postgres", seconds=90)
def test_nothing_is_remembered_of_a_failure(db, body, rng, say, replayed):
    """After a 500 (the database refuses the comment) the same key is new, with the same body and with another."""
    keys, other = [rng.slug(), rng.slug()], body | {"body": rng.sentence()}
    for statement in BREAK:
        db.execute(statement)
    try:
        failed = [say(body, key) for key in keys]
    finally:
        for statement in MEND:
            db.execute(statement)
    for answer in failed:
        expect_that(answer.status_code >= 400, expected=f"an error for {answer.asked}", observed=answer.status_code)
    for key, again in zip(keys, (body, other), strict=True):
        replayed(say(again, key).expect(201), say(again, key))
    assert db.count(COMMENTS) == 2


@check("api.idempotency", seconds=90)
def test_another_user(api, db, body, rng, say, replayed):
    """The same key of another user, with the same body or another, has nothing to do with it."""
    key = rng.slug()
    first = say(body, key).expect(201)
    second = say(body, key, as_="editor").expect(201)
    third = say(body | {"body": rng.sentence()}, key, as_="reader2").expect(201)
    assert len({answer.object().get("id") for answer in (first, second, third)}) == 3
    replayed(first, say(body, key))
    replayed(second, say(body, key, as_="editor"))
    authors = sorted(row["author_id"] for row in db.rows(COMMENTS, "id", "author_id"))
    assert authors == sorted(api.people[who].id for who in ("reader", "editor", "reader2"))


@check("api.idempotency", seconds=90)
def test_other_requests_ignore_it(api, db, body, rng, say):
    """Other requests do not look at the key, and a comment without one is made each time."""
    key, title = rng.slug(), rng.title()
    comment = f"/comments/{say(body, key).expect(201).object().get('id')}/"
    for header in ({"Idempotency-Key": key}, {"Idempotency-Key": "é" * 256}):
        for _ in range(2):
            api.post("/posts/", as_="editor", json={"title": title}, headers=header).expect(201)
            api.post("/tags/", as_="editor", json={"name": rng.word()}, headers=header).expect(201)
            api.patch(comment, as_="reader", json={"body": rng.sentence()}, headers=header).expect(200)
            api.get(comment, as_="reader", headers=header).expect(200)
    assert (db.count("posts_post", title=title), db.count("posts_tag")) == (4, 4)
    for _ in range(2):
        api.post("/comments/", as_="reader", json=body).expect(201)
    assert db.count(COMMENTS) == 3
