"""Task 5, XSS: no markup in comments, the plain cases."""

import pytest

from grader.checkpoint import check, expect_that

SAME = (
    "1 < 2 & 3 > 2",
    "I </3 you",
    "?page=2&section=3&copy=2",
    "Tom &amp; Jerry",
    "&copy; 2026",
    "one\r\ntwo\nthree",
)


@pytest.fixture
def said(api, rows, db):
    """``said(body)`` is what is stored of a reader's comment; fails the check if another text is returned."""
    post = rows.post(state="out", author="contributor2").id

    def send(body):
        answer = api.post("/comments/", as_="reader", json={"post": post, "body": body}).expect(201).object()
        stored = db.one("comments_comment", "body", id=answer.get("id"))["body"]
        expect_that(answer.get("body") == stored, expected="`body` as it is stored", observed=answer.get("body"))
        return stored

    return send


@check("xss.markup")
def test_tags_go(said, rng):
    """Tags go and the text between them stays; a script goes with what is in it."""
    word = rng.word()
    assert said(f"<b>{word}</b>") == word
    assert said(f"{word}<script>alert(1)</script>") == word
    assert said(f"<img src=x onerror=alert(1)>{word}") == word


@check("xss.encoded")
def test_tags_in_character_references_go(said, rng):
    """Markup in character references goes as any other."""
    word = rng.word()
    assert said(f"&lt;script&gt;alert(1)&lt;/script&gt;{word}") == word
    assert said(f"&amp;lt;b&amp;gt;{word}") == word
    assert said(f"&#x3c;b&#62;{word}") == word


@check("xss.text")
def test_text_stays(said, rng):
    """What is no markup is stored as it was sent."""
    for text in SAME:
        sent = f"{text} {rng.word()}"
        assert said(sent).strip() == sent
    assert said("<b>a</b>&copy=2") == "a&copy=2"


@check("xss.refused")
def test_nothing_is_left(api, rows, on_field, db):
    """A comment of which nothing is left is a 400 on `body`, and not stored."""
    post = rows.post(state="out", author="contributor2").id
    for body in ("<b></b>", "<script>alert(1)</script>"):
        on_field(api.post("/comments/", as_="reader", json={"post": post, "body": body}), "body")
    assert db.count("comments_comment") == 0
    api.post("/comments/", as_="reader", json={"post": post, "body": "<b>Hi</b>"}).expect(201)


@check("xss.escaped")
def test_the_admin_escapes(api, site, rows, db, rng):
    """A script that got into the database in another way is text on the admin's page of the comment."""
    mark = rng.word()
    comment = rows.comment()
    db.update("comments_comment", {"body": f"</textarea><script>{mark}</script>"}, id=comment.id)
    page = api.get(f"/admin/comments/comment/{comment.id}/change/", version=None, as_="admin").expect(200).text
    expect_that(mark in page, expected="the comment's text on its page in the admin", observed="it is not there")
    expect_that(f"<script>{mark}" not in page, expected="`&lt;script&gt;` on that page", observed="a script")
