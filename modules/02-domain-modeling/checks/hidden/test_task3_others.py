"""Task 3, rules of comments, categories and tags in clean(). Every refusal stands beside what is accepted."""

from datetime import UTC, datetime, timedelta

import pytest

from grader.checkpoint import Failed, Refused, check, refuses

BLANK = ["", " ", "\t \n", "\u00a0", "\u3000\u2003", "\u2028\x0b\x1f\x85"]
JUST, LONG_AGO = timedelta(milliseconds=5), datetime(2001, 1, 1, tzinfo=UTC)
PAIRS = [("ärger", "ÄRGER"), ("журнал", "Журнал"), ("Ωmega", "ωMEGA")]  # made equal by LOWER()
# The second is accepted beside the first: LOWER() tells them apart, and no character is a pattern.
DIFFERENT = [("straße", "STRASSE"), ("resume", "résumé"), ("axb", "a.b"), ("aa", "a+"), ("a", "[ab]"), ("axxb", "a%b")]


@check("domain.comment-on-published")
def test_a_comment_on_a_post_that_is_not_published(make, archived, demote):
    """A comment on a post that not everybody can read now is refused on `post`; on one just out it is accepted."""
    make.comment.build(post=make.published()).full_clean()
    make.comment.build(post=make.published(published_at=datetime.now(UTC) - JUST)).full_clean()
    posts = [make.published(published_at=LONG_AGO, category=None), make.published(author=make.user(is_active=False))]
    posts.append(make.published())
    demote(posts[-1].author)
    for post in posts:
        make.comment.build(post=post).full_clean()
    later = make.published(published_at=datetime.now(UTC) + timedelta(minutes=5))
    for post in (make.post(), archived(), later):
        for status in ("pending", "approved", "rejected"):
            with refuses("post"):
                make.comment.build(post=post, status=status).full_clean()


@check("domain.comment-on-published")
@pytest.mark.parametrize("by", ["editor", "admin", "author", "superuser"])
def test_nobody_comments_on_what_is_not_out(make, by):
    """Nobody comments on a post that is not out, its own author, editors and superusers neither."""
    flags = {"is_staff": True, "is_superuser": True}
    for post in (make.post(), make.published(published_at=datetime.now(UTC) + timedelta(days=1))):
        people = {"author": lambda post=post: post.author, "superuser": lambda: make.user(**flags)}
        author = people.get(by, lambda: make.user(role=by))()
        with refuses("post"):
            make.comment.build(post=post, author=author).full_clean()


@check("domain.comment-on-published")
@pytest.mark.parametrize("after", ["draft", "later", "archived"])
def test_a_stored_comment_on_a_post_that_is_out_no_more(make, models, db, after):
    """A stored comment is refused on `post` once its post is out no more, although nothing in it changed."""
    moment = {"draft": None, "later": datetime.now(UTC) + timedelta(days=1), "archived": LONG_AGO}[after]
    post = make.published()
    comments = [make.comment(post=post, status=status) for status in ("pending", "approved", "rejected")]
    models("comment").objects.get(pk=comments[0].pk).full_clean()
    status = "published" if after == "later" else after
    db.update("posts_post", {"status": status, "published_at": moment}, id=post.pk)
    for comment in comments:
        with refuses("post"):
            models("comment").objects.get(pk=comment.pk).full_clean()


@check("domain.comment-body")
def test_a_blank_comment(make, rng):
    """A comment that is empty or white space is refused on `body`; one with a word is accepted."""
    post = make.published()
    for body in (rng.word(), f" {rng.word()}\n", "!", "0", "+1", "🙂", "\u200b", "<p></p>", "See https://example.com"):
        make.comment.build(post=post, body=body).full_clean()
    for body in BLANK:
        for status in ("pending", "approved", "rejected"):
            with refuses("body"):
                make.comment.build(post=post, body=body, status=status).full_clean()


@check("domain.comment-body")
def test_a_stored_comment(make, models):
    """A stored comment whose body becomes blank or too long is refused on `body` as well."""
    stored = make.comment()
    comment = models("comment").objects.get(pk=stored.pk)
    for body in (" \n", "x" * 5001):
        for one in (comment, stored):
            one.body = body
            with refuses("body"):
                one.full_clean()


@check("domain.comment-body")
@pytest.mark.parametrize("status", ["pending", "approved", "rejected"])
def test_a_stored_comment_that_is_blank(make, models, db, status):
    """A stored comment whose body is white space is refused on `body`, although nothing in it changed."""
    stored = make.comment(status=status)
    try:
        db.update("comments_comment", {"body": " \n"}, id=stored.pk)
    except (Failed, Refused):  # a database may refuse more than the brief asks of it
        return
    with refuses("body"):
        models("comment").objects.get(pk=stored.pk).full_clean()


@check("domain.comment-body")
def test_the_length_of_a_comment(make, rng):
    """A comment has at most 5000 characters; a longer one is refused on `body`."""
    body = rng.word().ljust(5000, "x")
    post = make.published()
    for right in (body, "x", "ä" * 5000, "🙂" * 5000, f" {body[2:]} "):
        make.comment.build(post=post, body=right).full_clean()
    for wrong in (f"{body}x", f"{body} ", f"\n{body}", "ä" * 5001):
        with refuses("body"):
            make.comment.build(post=post, body=wrong).full_clean()


@check("domain.name-differs-by-more-than-case")
@pytest.mark.parametrize("kind", ["category", "tag"])
def test_a_taken_name(make, rng, kind):
    """A name that another category (or tag) has, in whatever case, is refused on `name`; another one is accepted."""
    maker, name = getattr(make, kind), f"{rng.word()} {rng.word().title()}"
    maker(name=name)
    for other in (f"x{name}", f" {name}", f"{name} ", name.replace(" ", "  "), name.replace(" ", "-")):
        maker.build(name=other).full_clean()
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
