"""Task 6, ownership: the plain cases."""

from grader.checkpoint import check


@check("domain.post-ownership")
def test_the_author_of_a_post(app, make):
    """A post is edited by its author, not by another contributor and not by nobody."""
    post = make.post()
    people = [post.author, make.user(), app.anonymous()]
    assert [post.can_be_edited_by(person) for person in people] == [True, False, False]


@check("domain.comment-ownership")
def test_the_author_of_a_comment(app, make):
    """A comment is edited by its author, and moderated by the author of the post."""
    comment = make.comment()
    assert comment.can_be_edited_by(comment.author) is True
    assert comment.can_be_moderated_by(comment.post.author) is True
    assert comment.can_be_edited_by(app.anonymous()) is False
