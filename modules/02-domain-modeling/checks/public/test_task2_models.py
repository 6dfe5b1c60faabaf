"""Task 2, the models: the plain cases."""

from grader.checkpoint import check


@check("domain.taxonomy-fields")
def test_a_category_and_a_tag(bare):
    """A category and a tag with nothing but a name are accepted, and show their name."""
    category, tag = bare.category.build(name="Field notes"), bare.tag.build(name="python")
    category.full_clean()
    tag.full_clean()
    assert (str(category), str(tag)) == ("Field notes", "python")


@check("domain.post-fields")
def test_a_new_post(bare, stored):
    """A new post is a draft without a date, and shows its title."""
    post = bare.post(title="Hello")
    post.full_clean()
    assert (*stored("post", post, "status", "published_at"), str(post)) == ("draft", None, "Hello")


@check("domain.comment-fields")
def test_a_new_comment(make, bare, stored):
    """A new comment is pending."""
    comment = bare.comment(post=make.published())
    comment.full_clean()
    assert stored("comment", comment, "status") == "pending"


@check("domain.deletion")
def test_a_deleted_category(make, db):
    """Deleting a category leaves its posts, without a category."""
    category = make.category()
    post = make.post(category=category)
    category.delete()
    assert db.rows("posts_post", "category_id", id=post.pk) == [{"category_id": None}]


@check("domain.naming")
def test_the_plural_of_category(models):
    """The plural of category reads "categories"."""
    assert str(models("category")._meta.verbose_name_plural) == "categories"


@check("domain.timestamps")
def test_a_post_knows_when_it_was_made(make):
    """A saved post has `created_at` and `updated_at`, with a timezone."""
    post = make.post()
    assert post.created_at.tzinfo is not None, "created_at has no timezone"
    assert post.updated_at.tzinfo is not None, "updated_at has no timezone"
