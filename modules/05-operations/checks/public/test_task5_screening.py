"""What the task decides about the comment of an editor and of somebody new."""

from grader.checkpoint import check, expect


@check("tasks.screening", seconds=90)
def test_an_editor_is_approved_and_a_newcomer_waits(platform):
    """Once a worker has run, the comment of an editor is approved, and one of somebody new still waits."""
    it = platform()
    it.worker()
    post, status = it.web.rows.post(state="out"), {}
    for author in ("editor", "reader"):
        sent = {"post": post.id, "body": "Well said."}
        status[author] = it.web.post("/comments/", as_=author, json=sent).expect(201).object()["id"]
    it.settle()
    found = {author: it.web.db.one("comments_comment", "status", id=key)["status"] for author, key in status.items()}
    expect(found, equal_to={"editor": "approved", "reader": "pending"})
