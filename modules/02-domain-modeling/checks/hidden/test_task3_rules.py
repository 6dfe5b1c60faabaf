"""Task 3, rules of a post in clean(). Every refusal stands beside what is accepted."""

from datetime import UTC, datetime, timedelta

import pytest

from grader.checkpoint import Failed, Refused, check, refuses

BLANK = ["", " ", "\t \n", "\u00a0", "\u3000\u2003", "\u2028\x0b\x1f\x85"]


@check("domain.published-needs-body")
def test_a_blank_body(make, rng):
    """A published post whose body is empty or white space is refused on `body`; with a word it is accepted."""
    for body in (f" {rng.word()} ", f"\u00a0{rng.word()}\n", "0", "\u200b", "<p></p>", "None"):
        make.published.build(body=body).full_clean()
    for body in BLANK:
        with refuses("body"):
            make.published.build(body=body).full_clean()


@check("domain.published-needs-body")
def test_others_may_be_blank(make):
    """A draft may have a blank body, and an archived post too."""
    for body in BLANK:
        make.post.build(body=body).full_clean()
        make.published.build(body=body, status="archived").full_clean()


@check("domain.published-needs-body")
def test_a_body_from_the_beginning(make):
    """A post that is published for later needs its body now."""
    moment = datetime.now(UTC) + timedelta(days=1)
    make.published.build(body="Soon.").full_clean()
    for body in ("", "\u3000 "):
        with refuses("body"):
            make.published.build(published_at=moment, body=body).full_clean()


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
    for days in (-400, -1, 1):
        post = make.published(published_at=datetime.now(UTC) + timedelta(days=days))
        db.update("posts_post", {"body": " "}, id=post.pk)
        with refuses("body"):
            models("post").objects.get(pk=post.pk).full_clean()


@check("domain.published-at")
def test_published_has_a_moment(make, rng):
    """A published post needs `published_at`, whenever that is: long ago, or still to come."""
    for minutes in (-rng.randrange(1, 10**6), rng.randrange(1, 10**6)):
        moment = datetime.now(UTC) + timedelta(minutes=minutes)
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
    """A draft with `published_at`, past or future, is refused on that field; without it is accepted."""
    make.post.build(published_at=None).full_clean()
    for days in (-400, -1, 0, 1, 400):
        with refuses("published_at"):
            make.post.build(published_at=datetime.now(UTC) + timedelta(days=days)).full_clean()


@check("domain.published-at")
def test_moments_of_stored_posts(make, models):
    """A stored post is held to it as well: a published one that loses `published_at`, a draft that gets one."""
    published, draft = (models("post").objects.get(pk=post.pk) for post in (make.published(), make.post()))
    published.full_clean()
    draft.full_clean()
    published.published_at, draft.published_at = None, datetime.now(UTC)
    for post in (published, draft):
        with refuses("published_at"):
            post.full_clean()
    draft.status, draft.published_at = "published", None
    with refuses("published_at"):
        draft.full_clean()


@check("domain.title-not-blank")
@pytest.mark.parametrize("status", ["draft", "published", "archived"])
def test_a_blank_title(make, status, rng):
    """A post whose title is empty or white space is refused on `title`, whatever its status; one sign is enough."""
    kind = make.post if status == "draft" else make.published
    for title in (rng.title(), f" {rng.title()}\u00a0", "A", "0", "!", "日本語", "🙂", "\u200b", "<b>"):
        kind.build(title=title, status=status).full_clean()
    for title in BLANK:
        with refuses("title"):
            kind.build(title=title, status=status).full_clean()


@check("domain.title-not-blank")
@pytest.mark.parametrize("status", ["draft", "published", "archived"])
def test_an_old_title_of_spaces(make, models, db, status):
    """A stored post whose title is white space is refused on `title`, although nothing in it changed."""
    post = make.post() if status == "draft" else make.published(status=status)
    models("post").objects.get(pk=post.pk).full_clean()
    try:
        db.update("posts_post", {"title": "  "}, id=post.pk)
    except (Failed, Refused):  # the database refuses what it may not: domain.db-not-empty
        return
    with refuses("title"):
        models("post").objects.get(pk=post.pk).full_clean()


@check("domain.reader-is-no-author")
def test_who_may_be_an_author(make):
    """Contributors, editors and admins may be authors; a post by a reader is refused on `author`, in any status."""
    for role in ("contributor", "editor", "admin"):
        for flags in ({}, {"is_active": False}):
            author = make.user(role=role, **flags)
            for post in (make.post, make.published):
                post.build(author=author).full_clean()
    for flags in ({}, {"is_staff": True, "is_superuser": True}):
        reader = make.user(role="reader", **flags)
        for post in (make.post.build(author=reader), make.published.build(author=reader)):
            with refuses("author"):
                post.full_clean()
        with refuses("author"):
            make.post.build(author=reader, status="archived").full_clean()


@check("domain.reader-is-no-author")
@pytest.mark.parametrize("status", ["draft", "published", "archived"])
def test_somebody_who_became_a_reader(make, models, demote, status):
    """A stored post is refused on `author` after its author became a reader, until somebody gives it another one."""
    post = make.post() if status == "draft" else make.published(status=status)
    models("post").objects.get(pk=post.pk).full_clean()
    demote(post.author)
    again = models("post").objects.get(pk=post.pk)
    with refuses("author"):
        again.full_clean()
    again.author = make.user()
    again.full_clean()
    again.save()
    models("post").objects.get(pk=post.pk).full_clean()


@check("domain.no-way-back")
@pytest.mark.parametrize("state", ["published", "scheduled", "archived", "archived without a date"])
def test_no_draft_again(make, models, archived, state):
    """A post that is stored as published or archived is refused on `status` as a draft, however it was loaded.

    One that is published for later is stored as published, and one that never was out may be archived.
    """
    if state == "archived without a date":
        stored = make.post(status="archived")
    elif state == "archived":
        stored = archived()
    else:
        days = 1 if state == "scheduled" else -1
        stored = make.published(published_at=datetime.now(UTC) + timedelta(days=days))
    for post in (models("post").objects.get(pk=stored.pk), stored):
        if state in ("published", "archived"):  # that the others are accepted is another criterion's
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
