"""Task 2, the models: what is deleted with what, and what may not be."""

from grader.checkpoint import check, raises


@check("domain.deletion")
def test_an_author_of_posts_stays(make, models, db):
    """A user who has posts cannot be deleted; one who has none can."""
    author, other = make.user(), make.user()
    make.post(author=author)
    other.delete()
    with raises("ProtectedError"):
        author.delete()
    with raises("ProtectedError"):
        models("user").objects.filter(pk=author.pk).delete()
    assert len(db.rows("posts_post", "id", author_id=author.pk)) == 1


@check("domain.deletion")
def test_an_author_of_comments_stays(make, models, db):
    """A user who has comments cannot be deleted."""
    author = make.user()
    make.comment(author=author)
    with raises("ProtectedError"):
        author.delete()
    with raises("ProtectedError"):
        models("user").objects.filter(pk=author.pk).delete()
    assert len(db.rows("comments_comment", "id", author_id=author.pk)) == 1


@check("domain.deletion")
def test_a_deleted_post_takes_its_comments_along(make, db):
    """Deleting a post deletes its comments, and no others."""
    post, other = make.published(), make.comment()
    make.comment(post=post)
    post.delete()
    assert db.rows("comments_comment", "id") == [{"id": other.pk}]
