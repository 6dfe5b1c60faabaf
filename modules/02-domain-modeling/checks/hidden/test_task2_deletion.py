"""Task 2, the models: what is deleted with what, and what may not be."""

from grader.checkpoint import check, raises

STATUSES = ("pending", "approved", "rejected")


@check("domain.deletion")
def test_an_author_of_posts_stays(make, models, db):
    """A user who has posts cannot be deleted; one who has none can."""
    make.user().delete()
    for state in ({"status": "draft", "published_at": None}, {}, {"status": "archived"}):
        author = make.user()
        make.published(author=author, **state)
        with raises("ProtectedError"):
            author.delete()
        with raises("ProtectedError"):
            models("user").objects.filter(pk=author.pk).delete()
        assert len(db.rows("posts_post", "id", author_id=author.pk)) == 1


@check("domain.deletion")
def test_an_author_of_comments_stays(make, models, db):
    """A user who has comments cannot be deleted, whatever their status is."""
    for status in STATUSES:
        author = make.user()
        make.comment(author=author, status=status)
        with raises("ProtectedError"):
            author.delete()
        with raises("ProtectedError"):
            models("user").objects.filter(pk=author.pk).delete()
        assert len(db.rows("comments_comment", "id", author_id=author.pk)) == 1


@check("domain.deletion")
def test_a_deleted_post_takes_its_comments_along(make, models, db):
    """Deleting a post deletes its comments, and no others; also by `delete()` of a queryset."""
    post, second, other = make.published(), make.published(), make.comment()
    for on in (post, second):
        for status in STATUSES:
            make.comment(post=on, status=status)
    post.delete()
    models("post").objects.filter(pk=second.pk).delete()
    assert db.rows("comments_comment", "id") == [{"id": other.pk}]


@check("domain.deletion")
def test_deleted_categories(make, models, db):
    """`delete()` of a queryset of categories leaves their posts without one, too, and so it is with published posts."""
    one, two = make.category(), make.category()
    for category in (one, two):
        make.post(category=category), make.published(category=category)
        make.published(category=category, status="archived")
    one.delete()
    models("category").objects.filter(pk=two.pk).delete()
    assert db.rows("posts_post", "category_id") == [{"category_id": None}] * 6
