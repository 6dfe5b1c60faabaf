"""Task 2, the models: their fields, defaults and relations."""

from datetime import UTC, datetime, timedelta

import pytest

from grader.checkpoint import check, expect_that, refuses

OTHER_STATUSES = ("deleted", "flagged", "hidden", "private", "removed", "review", "scheduled", "spam", "trash")


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
@pytest.mark.parametrize("kind", ["category", "tag"])
def test_the_form_may_leave_the_slug_empty(make, kind):
    """A category or tag whose slug is left empty passes full_clean()."""
    getattr(make, kind).build(slug="").full_clean()


@check("domain.post-fields")
def test_a_post_may_leave_the_slug_empty(make):
    """A post whose slug is left empty passes full_clean(), whatever its status."""
    for status in ("published", "archived"):
        make.published.build(slug="", status=status).full_clean()
    make.post.build(slug="").full_clean()


@check("domain.taxonomy-fields")
def test_a_description(make, db, rng):
    """A category keeps its description, of 1000 characters too."""
    for text in (rng.sentence(), rng.word().ljust(1000, "ü")):
        category = make.category.build(description=text)
        category.full_clean()
        category.save()
        assert db.one("posts_category", "description", id=category.pk)["description"] == text


@check("domain.taxonomy-fields")
def test_a_name_as_text(make, rng):
    """A category or tag shows its name, whole and as it was written."""
    for name in (rng.word(), f" {rng.word().ljust(48, 'x')} "):
        assert [str(make.category.build(name=name)), str(make.tag.build(name=name))] == [name, name]
    name = rng.word().ljust(100, "x")
    assert str(make.category.build(name=name)) == name


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
    for status in ("Draft", "DRAFT", " draft", "", *OTHER_STATUSES, "pending", "approved", "rejected"):
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
    for status in ("Pending", " pending", "", *OTHER_STATUSES, "draft", "published", "archived"):
        with refuses("status"):
            make.comment.build(post=post, status=status).full_clean()


@check("domain.comment-fields")
def test_a_stored_comment(make):
    """A stored comment is accepted as it is, in each status."""
    for status in ("pending", "approved", "rejected"):
        make.comment(status=status).full_clean()


@check("domain.comment-fields")
@pytest.mark.parametrize("role", ["reader", "contributor", "editor", "admin"])
def test_everybody_comments(make, role):
    """Whoever has an account may be the author of comments, whatever the role, several times, on an own post too."""
    post = make.published()
    for by in (make.user(role=role), make.user(role=role, is_active=False)):
        for body in ("Again.", "Again."):
            comment = make.comment.build(post=post, author=by, body=body)
            comment.full_clean()
            comment.save()
    make.comment.build(post=post, author=post.author).full_clean()


@check("domain.comment-fields")
def test_the_way_back_to_comments(make):
    """`post.comments` and `user.comments` lead back to the comment."""
    author, post = make.user(), make.published()
    comment = make.comment(author=author, post=post)
    make.comment()
    found = [[row.pk for row in start.comments.all()] for start in (author, post)]
    assert found == [[comment.pk], [comment.pk]]


@check("domain.post-fields")
def test_a_person_as_text(make, rng):
    """A post shows its title and its author the username, whatever else is known of them."""
    name, title = rng.word(), rng.title()
    author = make.user(username=name, first_name="Some", last_name="Body")
    assert [str(author), str(make.post.build(author=author, title=title))] == [name, title]
    assert str(make.user.build(username=name * 8, role="admin", is_active=False)) == name * 8


@check("domain.post-fields")
def test_a_post_as_text(make, rng):
    """Whatever its status, a post shows its title, whole and as it was written."""
    later = {"published_at": datetime.now(UTC) + timedelta(days=1)}
    for state in ({}, later, {"status": "archived"}):
        for title in (rng.title(), f" {rng.word()} ", rng.word().ljust(200, "x")):
            assert str(make.published.build(title=title, **state)) == title


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
@pytest.mark.parametrize("kind", ["category", "tag"])
def test_a_slug_by_hand_that_is_taken(make, db, rng, kind):
    """A slug given by hand is accepted, and refused on `slug` when another one of the kind has it."""
    maker, slug = getattr(make, kind), rng.slug()
    for right in ("s" * 50, f"{rng.word().title()}_X-2"):
        maker.build(slug=right).full_clean()
    db.update(f"posts_{kind}", {"slug": slug}, id=maker().pk)
    with refuses("slug"):
        maker.build(slug=slug).full_clean()


@check("domain.post-fields")
@pytest.mark.parametrize("state", ["draft", "published", "archived"])
def test_a_slug_of_any_other_post_is_taken(make, archived, db, rng, state):
    """A slug is refused on `slug` whichever post has it: of another category and author, and of any status."""
    slug, maker = rng.slug(), {"draft": make.post, "published": make.published, "archived": archived}[state]
    db.update("posts_post", {"slug": slug}, id=maker(category=make.category()).pk)
    for maker in (make.post, make.published):
        maker.build(slug=rng.slug()).full_clean()
        maker.build(slug=f"{rng.word().title()}_X-2").full_clean()
        with refuses("slug"):
            maker.build(slug=slug).full_clean()


@check("domain.post-fields")
def test_posts_that_are_alike(make, rng):
    """One author may have several posts of one title, body and category; an inactive author keeps the posts."""
    alike = {"title": rng.title(), "body": rng.sentence(), "author": make.user(is_active=False)}
    for _ in range(2):
        post = make.published.build(**alike)
        post.full_clean()
        post.save()
