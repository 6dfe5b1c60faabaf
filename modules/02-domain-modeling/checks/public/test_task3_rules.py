"""Task 3, rules in clean(): the plain cases."""

from datetime import UTC, datetime

from grader.checkpoint import check, refuses


@check("domain.published-needs-body")
def test_published_without_a_body(make):
    """A published post without a body is refused on `body`; with one it is accepted."""
    make.published.build(body="Words.").full_clean()
    with refuses("body"):
        make.published.build(body="").full_clean()


@check("domain.published-at")
def test_published_without_a_date(make):
    """A published post without `published_at` is refused on that field; with one it is accepted."""
    make.published.build(published_at=datetime.now(UTC)).full_clean()
    with refuses("published_at"):
        make.published.build(published_at=None).full_clean()


@check("domain.title-not-blank")
def test_a_title_of_spaces(make):
    """A title of nothing but spaces is refused on `title`; one with a word is accepted."""
    make.post.build(title=" A ").full_clean()
    with refuses("title"):
        make.post.build(title="   ").full_clean()


@check("domain.reader-is-no-author")
def test_a_reader_as_author(make):
    """A post by a reader is refused on `author`; by a contributor it is accepted."""
    make.post.build(author=make.user(role="contributor")).full_clean()
    with refuses("author"):
        make.post.build(author=make.user(role="reader")).full_clean()


@check("domain.no-way-back")
def test_a_published_post_back_to_draft(make):
    """A stored published post is refused on `status` when it should become a draft again."""
    post = make.published()
    post.full_clean()
    post.status, post.published_at = "draft", None
    with refuses("status"):
        post.full_clean()


@check("domain.comment-on-published")
def test_a_comment_on_a_draft(make):
    """A comment on a draft is refused on `post`; on a published post it is accepted."""
    make.comment.build(post=make.published()).full_clean()
    with refuses("post"):
        make.comment.build(post=make.post()).full_clean()


@check("domain.comment-body")
def test_an_empty_comment(make):
    """A comment of nothing but spaces is refused on `body`; one with a word is accepted."""
    make.comment.build(body="Yes!").full_clean()
    with refuses("body"):
        make.comment.build(body="   ").full_clean()


@check("domain.name-differs-by-more-than-case")
def test_a_tag_in_other_capitals(make):
    """The tag `Python` is refused on `name` when `python` exists; `pythons` is accepted."""
    make.tag(name="python")
    make.tag.build(name="pythons").full_clean()
    with refuses("name"):
        make.tag.build(name="Python").full_clean()
