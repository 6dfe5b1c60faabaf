"""Task 3, rules in clean(). Every refusal stands beside what is accepted."""

from datetime import UTC, datetime, timedelta

import pytest

from grader.checkpoint import check, refuses

BLANK = ["", " ", "\t \n", "\u00a0", "\u3000\u2003", "\u2028\x0b\x1f\x85"]
JUST = timedelta(milliseconds=5)
PAIRS = [("ärger", "ÄRGER"), ("журнал", "Журнал"), ("Ωmega", "ωMEGA")]  # made equal by LOWER()
# The second is accepted beside the first: LOWER() tells them apart, and no character is a pattern.
DIFFERENT = [("straße", "STRASSE"), ("resume", "résumé"), ("axb", "a.b"), ("aa", "a+"), ("a", "[ab]"), ("axxb", "a%b")]


@check("domain.published-needs-body")
def test_a_blank_body(make, rng):
    """A published post whose body is empty or white space is refused on `body`; with a word it is accepted."""
    for body in (f" {rng.word()} ", f"\u00a0{rng.word()}\n", "0", "\u200b"):
        make.published.build(body=body).full_clean()
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


@check("domain.published-needs-body")
def test_a_stored_post_that_lost_its_body(make, models, db):
    """A stored published post without a body is refused on `body`, although nothing in it changed."""
    post = make.published()
    db.update("posts_post", {"body": " "}, id=post.pk)
    with refuses("body"):
        models("post").objects.get(pk=post.pk).full_clean()


@check("domain.published-at")
def test_published_has_a_moment(make, rng):
    """A published post needs `published_at`, whenever that is."""
    moment = datetime.now(UTC) - timedelta(minutes=rng.randrange(1, 10**6))
    make.published.build(published_at=moment).full_clean()
    with refuses("published_at"):
        make.published.build(published_at=None).full_clean()


@check("domain.published-at")
def test_archived_has_either(make):
    """An archived post may have a `published_at`, and may be without."""
    for moment in (None, datetime.now(UTC) - timedelta(days=1), datetime.now(UTC) + timedelta(days=1)):
        make.post.build(status="archived", published_at=moment).full_clean()


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


@check("domain.title-not-blank")
def test_an_old_title_of_spaces(make, models, db):
    """A stored post whose title is white space is refused on `title`, although nothing in it changed."""
    post = make.post()
    models("post").objects.get(pk=post.pk).full_clean()
    db.update("posts_post", {"title": "  "}, id=post.pk)
    with refuses("title"):
        models("post").objects.get(pk=post.pk).full_clean()


@check("domain.reader-is-no-author")
def test_who_may_be_an_author(make):
    """Contributors, editors and admins may be authors; a post by a reader is refused on `author`, in any status."""
    for role in ("contributor", "editor", "admin"):
        make.post.build(author=make.user(role=role)).full_clean()
        make.published.build(author=make.user(role=role)).full_clean()
    for flags in ({}, {"is_staff": True, "is_superuser": True}):
        reader = make.user(role="reader", **flags)
        for post in (make.post.build(author=reader), make.published.build(author=reader)):
            with refuses("author"):
                post.full_clean()
        with refuses("author"):
            make.post.build(author=reader, status="archived").full_clean()


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


WAYS = [("draft", "published"), ("draft", "archived"), ("published", "archived"), ("archived", "published")]


@check("domain.no-way-back")
@pytest.mark.parametrize(("before", "after"), [*WAYS, *((one, one) for one in ("draft", "published", "archived"))])
def test_the_other_ways(make, models, archived, before, after):
    """Every other way is open: to stay, to be published, to be archived, and to be published again."""
    stored = {"draft": make.post, "published": make.published, "archived": archived}[before]()
    post = models("post").objects.get(pk=stored.pk)
    post.full_clean()
    post.status = after
    if after != "draft" and post.published_at is None:
        post.published_at = datetime.now(UTC)
    post.full_clean()
    post.save()
    models("post").objects.get(pk=post.pk).full_clean()


@check("domain.no-way-back")
def test_what_is_stored_decides(make, db):
    """An object that still says draft is refused on `status` once its row was published, by whomever; not before."""
    post = make.post()
    post.full_clean()
    db.update("posts_post", {"status": "published", "published_at": datetime.now(UTC)}, id=post.pk)
    with refuses("status"):
        post.full_clean()
    db.update("posts_post", {"status": "draft", "published_at": None}, id=post.pk)
    post.full_clean()


@check("domain.comment-on-published")
def test_a_comment_on_a_post_that_is_not_published(make, archived):
    """A comment on a post that not everybody can read now is refused on `post`; on one just out it is accepted."""
    make.comment.build(post=make.published()).full_clean()
    make.comment.build(post=make.published(published_at=datetime.now(UTC) - JUST)).full_clean()
    later = make.published(published_at=datetime.now(UTC) + timedelta(minutes=5))
    for post in (make.post(), archived(), later):
        for status in ("pending", "approved"):
            with refuses("post"):
                make.comment.build(post=post, status=status).full_clean()


@check("domain.comment-on-published")
@pytest.mark.parametrize("by", ["editor", "admin", "author"])
def test_nobody_comments_on_a_draft(make, by):
    """Nobody comments on a draft, its own author and editors neither."""
    post = make.post()
    author = post.author if by == "author" else make.user(role=by)
    with refuses("post"):
        make.comment.build(post=post, author=author).full_clean()


@check("domain.comment-on-published")
def test_a_stored_comment_on_a_post_that_was_archived(make, models, db):
    """A stored comment is refused on `post` once its post is archived, although nothing in it changed."""
    comment = make.comment()
    models("comment").objects.get(pk=comment.pk).full_clean()
    db.update("posts_post", {"status": "archived"}, id=comment.post.pk)
    with refuses("post"):
        models("comment").objects.get(pk=comment.pk).full_clean()


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
    taken = getattr(make, kind)(name=rng.word())
    row.name = taken.name.upper()
    with refuses("name"):
        row.full_clean()


@check("domain.name-differs-by-more-than-case", database="postgres")
@pytest.mark.parametrize("kind", ["category", "tag"])
def test_names_beyond_ascii(make, rng, kind):
    """Letters beyond A to Z have capitals too; names that LOWER() does not make equal are accepted."""
    maker, word = getattr(make, kind), rng.word()
    for one, other in PAIRS:
        maker(name=f"{one} {word}")
        with refuses("name"):
            maker.build(name=f"{other} {word}").full_clean()
    for one, other in DIFFERENT:
        maker(name=f"{one} {word}")
        maker.build(name=f"{other} {word}").full_clean()


@check("domain.name-differs-by-more-than-case")
def test_a_category_and_a_tag_share_a_name(make, rng):
    """A category and a tag may have the same name, and an underscore is no wildcard."""
    tail = rng.word()
    make.category(name=f"axb{tail}")
    make.tag.build(name=f"axb{tail}").full_clean()
    make.category.build(name=f"a_b{tail}").full_clean()
