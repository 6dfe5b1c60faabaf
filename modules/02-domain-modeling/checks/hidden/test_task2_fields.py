"""Task 2, the models: their fields, defaults and relations."""

import pytest

from grader.checkpoint import check, expect_that, raises, refuses


@check("domain.taxonomy-fields")
def test_the_length_of_a_name(make, rng):
    """A category's name has at most 100 characters, a tag's 50; a longer one is refused on `name`, and so is none."""
    for maker, longest in ((make.category, 100), (make.tag, 50)):
        name = rng.word().ljust(longest, "x")
        maker.build(name=name).full_clean()
        for wrong in (f"{name}x", ""):
            with refuses("name"):
                maker.build(name=wrong).full_clean()


@check("domain.taxonomy-fields")
@pytest.mark.parametrize("kind", ["category", "tag", "post"])
def test_the_form_may_leave_the_slug_empty(make, kind):
    """A category, tag or post whose slug is left empty passes full_clean()."""
    getattr(make, kind).build(slug="").full_clean()


@check("domain.taxonomy-fields")
def test_a_description(make, db, rng):
    """A category keeps its description."""
    text = rng.sentence()
    category = make.category(description=text)
    assert db.one("posts_category", "description", id=category.pk)["description"] == text


@check("domain.taxonomy-fields")
def test_a_name_as_text(make, rng):
    """A category or tag shows its name."""
    name = rng.word()
    assert [str(make.category.build(name=name)), str(make.tag.build(name=name))] == [name, name]


@check("domain.post-fields")
def test_the_length_of_a_title(make, rng):
    """A title has at most 200 characters; a longer one is refused on `title`."""
    title = rng.word().ljust(200, "x")
    make.post.build(title=title).full_clean()
    with refuses("title"):
        make.post.build(title=f"{title}x").full_clean()


@check("domain.post-fields")
def test_the_length_of_a_slug_given_by_hand(make):
    """A slug given by hand has at most 220 characters; a longer one is refused on `slug`."""
    make.post.build(slug="s" * 220).full_clean()
    with refuses("slug"):
        make.post.build(slug="s" * 221).full_clean()


@check("domain.post-fields")
def test_each_status(make, archived):
    """`draft`, `published` and `archived` are accepted."""
    make.post.build(status="draft").full_clean()
    make.published.build().full_clean()
    archived().full_clean()


@check("domain.post-fields")
def test_another_status(make):
    """A status of a post that is none of the three is refused on `status`."""
    for status in ("deleted", "Draft", "DRAFT", " draft", ""):
        with refuses("status"):
            make.post.build(status=status).full_clean()


@check("domain.post-fields")
def test_a_draft_without_a_body(bare):
    """A draft may be without a body, a category and tags."""
    bare.post.build(body="").full_clean()


@check("domain.post-fields")
def test_is_published_is_gone(db):
    """The column `is_published` is gone."""
    assert "is_published" not in [column.name for column in db.columns("posts_post")]


@check("domain.post-fields")
def test_the_way_back_to_posts(make):
    """`user.posts`, `category.posts` and `tag.posts` lead back to the post."""
    author, category, tag = make.user(), make.category(), make.tag()
    post = make.post(author=author, category=category, tags=[tag])
    make.post()
    found = [[row.pk for row in start.posts.all()] for start in (author, category, tag)]
    assert found == [[post.pk], [post.pk], [post.pk]]


@check("domain.comment-fields")
def test_a_comment_as_text(make, rng):
    """A comment's text contains its author's username and the post's title."""
    name, title = rng.word(), rng.title()
    author = make.user(username=name, first_name="Some", last_name="Body")
    comment = make.comment(author=author, post=make.published(title=title))
    shown = str(comment)
    assert name in shown
    assert title in shown


@check("domain.comment-fields")
def test_a_comment_as_text_is_not_cut(make, rng):
    """However long the username and the title are, both are whole in a comment's text."""
    name, title = ("".join(rng.choices("abcdefghij", k=count)) for count in (150, 200))
    shown = str(make.comment(author=make.user(username=name), post=make.published(title=title)))
    expect_that(name in shown, expected="a username of 150 letters in the text", observed="it is not whole")
    expect_that(title in shown, expected="a title of 200 letters in the text", observed="it is not whole")


@check("domain.comment-fields")
def test_each_status_of_a_comment(make):
    """`pending`, `approved` and `rejected` are accepted; another status of a comment is refused on `status`."""
    post = make.published()
    for status in ("pending", "approved", "rejected"):
        make.comment.build(post=post, status=status).full_clean()
    for status in ("spam", "Pending", ""):
        with refuses("status"):
            make.comment.build(post=post, status=status).full_clean()


@check("domain.comment-fields")
def test_a_comment_of_one_character(make):
    """A comment of one character is accepted and stored."""
    comment = make.comment(body="!")
    comment.full_clean()


@check("domain.comment-fields")
def test_the_way_back_to_comments(make):
    """`post.comments` and `user.comments` lead back to the comment."""
    author, post = make.user(), make.published()
    comment = make.comment(author=author, post=post)
    make.comment()
    found = [[row.pk for row in start.comments.all()] for start in (author, post)]
    assert found == [[comment.pk], [comment.pk]]


@check("domain.deletion")
def test_an_author_of_posts_stays(make, db):
    """A user who has posts cannot be deleted; one who has none can."""
    author, other = make.user(), make.user()
    make.post(author=author)
    other.delete()
    with raises("ProtectedError"):
        author.delete()
    assert len(db.rows("posts_post", "id", author_id=author.pk)) == 1


@check("domain.deletion")
def test_an_author_of_comments_stays(make, db):
    """A user who has comments cannot be deleted."""
    author = make.user()
    make.comment(author=author)
    with raises("ProtectedError"):
        author.delete()
    assert len(db.rows("comments_comment", "id", author_id=author.pk)) == 1


@check("domain.deletion")
def test_a_deleted_post_takes_its_comments_along(make, db):
    """Deleting a post deletes its comments, and no others."""
    post, other = make.published(), make.comment()
    make.comment(post=post)
    post.delete()
    assert db.rows("comments_comment", "id") == [{"id": other.pk}]


@check("domain.post-fields")
def test_a_person_as_text(make, rng):
    """A post shows its title and its author the username, whatever else is known of them."""
    name, title = rng.word(), rng.title()
    author = make.user(username=name, first_name="Some", last_name="Body")
    assert [str(author), str(make.post.build(author=author, title=title))] == [name, title]


@check("domain.post-fields")
def test_what_a_post_needs(make):
    """A post without an author is refused on that field, and nothing worse happens."""
    with refuses("author"):
        make.post.build(author=None).full_clean()


@check("domain.comment-fields")
@pytest.mark.parametrize("field", ["post", "author"])
def test_what_a_comment_needs(make, field):
    """A comment without a post or an author is refused on that field, and nothing worse happens."""
    with refuses(field):
        make.comment.build(**{field: None}).full_clean()


@check("domain.taxonomy-fields")
@pytest.mark.parametrize(("kind", "least"), [("category", 50), ("tag", 50), ("post", 220)])
def test_a_slug_by_hand_that_is_taken(make, rng, kind, least):
    """A slug given by hand is accepted, and refused on `slug` when another one of the kind has it."""
    maker, slug = getattr(make, kind), rng.slug()
    maker.build(slug="s" * least).full_clean()
    maker(slug=slug)
    with refuses("slug"):
        maker.build(slug=slug).full_clean()
