"""Task 3, rules in clean(). Every refusal stands beside what is accepted."""

from datetime import UTC, datetime, timedelta

import pytest

from grader.checkpoint import check, refuses

BLANK = ["", " ", "\t \n"]


@check("domain.published-needs-body")
def test_a_blank_body(make, rng):
    """A published post whose body is empty or white space is refused on `body`; with a word it is accepted."""
    make.published.build(body=f" {rng.word()} ").full_clean()
    for body in BLANK:
        with refuses("body"):
            make.published.build(body=body).full_clean()


@check("domain.published-needs-body")
def test_a_draft_may_be_blank(make):
    """A draft may have a blank body."""
    for body in BLANK:
        make.post.build(body=body).full_clean()


@check("domain.published-needs-body")
def test_a_stored_draft_to_be_published(make):
    """A stored draft without a body is refused on `body` when it should be published."""
    post = make.post(body="")
    post.status, post.published_at = "published", datetime.now(UTC)
    with refuses("body"):
        post.full_clean()


@check("domain.published-at")
def test_published_has_a_moment(make, rng):
    """A published post needs `published_at`, whenever that is."""
    moment = datetime.now(UTC) - timedelta(minutes=rng.randrange(1, 10**6))
    make.published.build(published_at=moment).full_clean()
    with refuses("published_at"):
        make.published.build(published_at=None).full_clean()


@check("domain.published-at")
def test_a_draft_has_no_moment(make):
    """A draft with `published_at` is refused on that field; without it is accepted."""
    make.post.build(published_at=None).full_clean()
    with refuses("published_at"):
        make.post.build(published_at=datetime.now(UTC)).full_clean()


@check("domain.title-not-blank")
@pytest.mark.parametrize("kind", ["post", "published"])
def test_a_blank_title(make, kind, rng):
    """A post whose title is empty or white space is refused on `title`, whatever its status."""
    getattr(make, kind).build(title=rng.title()).full_clean()
    for title in BLANK:
        with refuses("title"):
            getattr(make, kind).build(title=title).full_clean()


@check("domain.reader-is-no-author")
def test_who_may_be_an_author(make):
    """Contributors, editors and admins may be authors; a post by a reader is refused on `author`, in any status."""
    for role in ("contributor", "editor", "admin"):
        make.post.build(author=make.user(role=role)).full_clean()
        make.published.build(author=make.user(role=role)).full_clean()
    for maker in (make.post, make.published):
        with refuses("author"):
            maker.build(author=make.user(role="reader")).full_clean()


@check("domain.reader-is-no-author")
def test_somebody_who_became_a_reader(make, models, demote):
    """A stored post is refused on `author` after its author became a reader."""
    post = make.post()
    models("post").objects.get(pk=post.pk).full_clean()
    demote(post.author)
    with refuses("author"):
        models("post").objects.get(pk=post.pk).full_clean()


@check("domain.no-way-back")
@pytest.mark.parametrize("state", ["published", "archived"])
def test_no_draft_again(make, models, archived, state):
    """A post that is stored as published or archived is refused on `status` as a draft, however it was loaded."""
    stored = make.published() if state == "published" else archived()
    for post in (models("post").objects.get(pk=stored.pk), stored):
        post.full_clean()
        post.status, post.published_at = "draft", None
        with refuses("status"):
            post.full_clean()


@check("domain.no-way-back")
def test_the_other_ways(make, models):
    """A draft may stay a draft or be published, and a published post may be archived."""
    post = make.post()
    post.full_clean()
    post.status, post.published_at = "published", datetime.now(UTC)
    post.full_clean()
    post.save()
    post = models("post").objects.get(pk=post.pk)
    post.status = "archived"
    post.full_clean()


@check("domain.comment-on-published")
def test_a_comment_on_a_post_that_is_not_published(make, archived):
    """A comment on a draft or an archived post is refused on `post`; on a published one it is accepted."""
    make.comment.build(post=make.published()).full_clean()
    for post in (make.post(), archived()):
        with refuses("post"):
            make.comment.build(post=post).full_clean()


@check("domain.comment-body")
def test_a_blank_comment(make, rng):
    """A comment that is empty or white space is refused on `body`; one with a word is accepted."""
    post = make.published()
    make.comment.build(post=post, body=rng.word()).full_clean()
    for body in BLANK:
        with refuses("body"):
            make.comment.build(post=post, body=body).full_clean()


@check("domain.comment-body")
def test_the_length_of_a_comment(make, rng):
    """A comment has at most 5000 characters; a longer one is refused on `body`."""
    body = rng.word().ljust(5000, "x")
    make.comment.build(body=body).full_clean()
    make.comment.build(body="x").full_clean()
    with refuses("body"):
        make.comment.build(body=f"{body}x").full_clean()


@check("domain.name-differs-by-more-than-case")
@pytest.mark.parametrize("kind", ["category", "tag"])
def test_a_taken_name(make, rng, kind):
    """A name that another category (or tag) has, in whatever case, is refused on `name`; another one is accepted."""
    maker, name = getattr(make, kind), f"{rng.word()} {rng.word().title()}"
    maker(name=name)
    maker.build(name=f"x{name}").full_clean()
    for again in (name.upper(), name.swapcase(), name):
        with refuses("name"):
            maker.build(name=again).full_clean()


@check("domain.name-differs-by-more-than-case")
@pytest.mark.parametrize("kind", ["category", "tag"])
def test_a_row_keeps_its_own_name(make, rng, kind):
    """A stored category or tag keeps its name, or takes it in other capitals."""
    row = getattr(make, kind)(name=rng.word())
    row.full_clean()
    row.name = row.name.upper()
    row.full_clean()


@check("domain.name-differs-by-more-than-case")
def test_a_category_and_a_tag_share_a_name(make, rng):
    """A category and a tag may have the same name, and an underscore is no wildcard."""
    tail = rng.word()
    make.category(name=f"axb{tail}")
    make.tag.build(name=f"axb{tail}").full_clean()
    make.category.build(name=f"a_b{tail}").full_clean()
