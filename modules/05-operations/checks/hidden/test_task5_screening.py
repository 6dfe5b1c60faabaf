"""What the task decides about comments that wait, as the rows show it once a worker has run."""

import pytest

from grader.checkpoint import check, expect

WITHIN_S = 60


@pytest.fixture
def screened(platform):
    """``screened("reader", before=["approved"])`` is the status of a new comment of theirs once its task has run."""
    it = platform(env={"COMMENT_TRUST_AFTER": "2"})
    it.worker()

    def ask(who, *, before=()):
        rows = it.web.rows
        for status in before:
            rows.comment(author=who, status=status)
        post = rows.post(state="out", author="contributor2")
        made = it.web.post("/comments/", as_=who, json={"post": post.id, "body": "What about it?"}).expect(201).object()
        it.settle(WITHIN_S)
        return it.web.db.one("comments_comment", "status", id=made["id"])["status"]

    return ask


@check("tasks.screening", seconds=90)
def test_who_is_trusted_is_approved(screened):
    """Comments of editors, admins and people with enough approved ones are approved; others wait."""
    found = {
        "an editor": screened("editor"),
        "an admin": screened("admin"),
        "a reader with two approved comments": screened("reader", before=["approved", "approved"]),
        "a reader with one": screened("reader2", before=["approved"]),
        "a contributor with two, and one that was rejected": screened(
            "contributor", before=["approved", "approved", "rejected"]
        ),
    }
    expect(
        found,
        equal_to={
            "an editor": "approved",
            "an admin": "approved",
            "a reader with two approved comments": "approved",
            "a reader with one": "pending",
            "a contributor with two, and one that was rejected": "pending",
        },
    )
