"""Task 8, services: the plain cases."""

from grader.checkpoint import check, raises


@check("domain.publish-service")
def test_an_author_publishes(app, make, db):
    """Its author publishes a draft; somebody else gets PermissionDenied."""
    post = make.post()
    with raises("PermissionDenied"):
        app.call("posts.services:publish_post", post=post, by=make.user())
    app.call("posts.services:publish_post", post=post, by=post.author)
    assert db.one("posts_post", "status", id=post.pk)["status"] == "published"


@check("domain.moderation-service")
def test_an_editor_approves(app, make, db):
    """An editor approves a comment; its own author gets PermissionDenied."""
    comment = make.comment()
    with raises("PermissionDenied"):
        app.call("comments.services:moderate_comment", comment=comment, by=comment.author, status="approved")
    app.call("comments.services:moderate_comment", comment=comment, by=make.user(role="editor"), status="approved")
    assert db.one("comments_comment", "status", id=comment.pk)["status"] == "approved"
