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
def test_a_deleted_post_takes_its_comments_along(make, models, db):
    """Deleting a post deletes its comments, and no others; also by `delete()` of a queryset."""
    post, second, other = make.published(), make.published(), make.comment()
    for on in (post, post, second):
        make.comment(post=on)
    post.delete()
    models("post").objects.filter(pk=second.pk).delete()
    assert db.rows("comments_comment", "id") == [{"id": other.pk}]


@check("domain.deletion")
def test_deleted_categories(make, models, db):
    """`delete()` of a queryset of categories leaves their posts without one, too."""
    post = make.post(category=make.category())
    models("category").objects.filter(pk=post.category.pk).delete()
    assert db.rows("posts_post", "category_id", id=post.pk) == [{"category_id": None}]
