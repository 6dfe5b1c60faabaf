"""Task 4, when clean() is bypassed: the plain cases."""

from grader.checkpoint import check, expect_that


@check("domain.db-choices")
def test_a_status_by_plain_sql(make, db):
    """The database refuses a status of a post that does not exist."""
    post = make.post()
    with db.refused():
        db.update("posts_post", {"status": "lost"}, id=post.pk)


@check("domain.db-published-at")
def test_published_without_a_date_by_plain_sql(make, db):
    """The database refuses a published post without `published_at`."""
    post = make.published()
    with db.refused():
        db.update("posts_post", {"published_at": None}, id=post.pk)


@check("domain.db-not-empty")
def test_an_empty_title_by_plain_sql(make, db):
    """The database refuses an empty title."""
    post = make.post()
    with db.refused():
        db.update("posts_post", {"title": ""}, id=post.pk)


@check("domain.db-unique-slug")
def test_a_second_slug_by_plain_sql(make, db):
    """The database refuses a second post with the same slug."""
    first, second = make.post(), make.post()
    db.update("posts_post", {"slug": "one"}, id=first.pk)
    with db.refused():
        db.update("posts_post", {"slug": "one"}, id=second.pk)


@check("domain.db-unique-case")
def test_a_second_tag_by_plain_sql(make, db):
    """The database refuses the tag `Python` beside `python`."""
    make.tag(name="python")
    other = make.tag(name="django")
    with db.refused():
        db.update("posts_tag", {"name": "Python"}, id=other.pk)


@check("domain.indexes")
def test_the_index_of_posts(db):
    """Posts have an index whose leading columns are `status, published_at`."""
    leading = [tuple(index.columns[:2]) for index in db.indexes("posts_post")]
    expect_that(
        ("status", "published_at") in leading,
        expected="an index on posts that begins with `status, published_at`",
        observed=f"indexes that begin with {leading}",
    )
