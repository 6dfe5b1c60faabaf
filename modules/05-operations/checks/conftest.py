"""What checks of several tasks stand on, beside the deployment of the kit; the rest is in `fixtures_*.py`."""

from urllib.parse import quote

import pytest

from grader.checkpoint import expect, expect_that


@pytest.fixture
def comment(rng):
    """``comment(it, post, as_="reader")`` creates a comment by the API: its id. The answer still says `pending`."""

    def post(it, on, *, as_="reader", body=None, **options):
        sent = {"post": on.id, "body": body or rng.sentence()}
        made = it.web.post("/comments/", as_=as_, json=sent, **options).expect(201).object()
        expect(made.get("status"), equal_to="pending", because="the answer does not wait for the task")
        return made["id"]

    return post


@pytest.fixture
def status_of():
    """``status_of(it, key)`` is the status of a comment as the table has it."""
    return lambda it, key: it.web.db.one("comments_comment", "status", id=key)["status"]


@pytest.fixture
def approvals():
    """``approvals(it, key)`` is how often the audit log says that a comment was moderated."""
    return lambda it, key: it.web.db.count(
        "audit_auditentry", object_type="comments.comment", object_id=str(key), action="moderated"
    )


@pytest.fixture
def told(rng, comment):
    """``told(it)``: a comment whose post's author has an address, which this is."""

    def make(it):
        address = f"{rng.word()}@example.com"
        comment(it, it.web.rows.post(state="out", author=it.web.rows.user(email=address)))
        return address

    return make


@pytest.fixture
def refuse_approval():
    """``refuse_approval(it)``: PostgreSQL refuses each comment that would be approved, until what it gives is called.

    A failed CHECK is no error that another try would mend, and its `DETAIL` quotes the row.
    """

    def begin(it):
        name = "course_refuses"
        it.web.db.execute(
            f"ALTER TABLE public.comments_comment ADD CONSTRAINT {name} CHECK (status <> 'approved') NOT VALID"
        )
        return lambda: it.web.db.execute(f"ALTER TABLE public.comments_comment DROP CONSTRAINT {name}")

    return begin


@pytest.fixture
def no_canary():
    """``no_canary(texts, canaries)``: none of the secrets is in a text, neither as it was sent nor percent-encoded.

    Both are mappings by what they are: "the server's output", "a wrong password".
    """

    def check(texts, canaries):
        for where, text in texts.items():
            for what, secret in canaries.items():
                at = max(text.find(secret), text.find(quote(secret, safe="")))
                shown = text[max(0, at - 80) : at].replace("\n", " ")
                expect_that(at < 0, expected=f"no trace of {what} in {where}", observed=f"it stands after: …{shown}")

    return check
