"""Task 7, queryset verbs: what each gives."""

from datetime import UTC, datetime, timedelta

import pytest

from grader.checkpoint import check, expect_that

JUST = timedelta(milliseconds=5)


def ids(queryset):
    """The keys of what a queryset gives, sorted."""
    return sorted(row.pk for row in queryset)


@pytest.fixture
def scheduled(make):
    """Saves a post that is published tomorrow."""
    return lambda **fields: make.published(published_at=datetime.now(UTC) + timedelta(days=1), **fields)


@check("domain.queryset-verbs")
def test_what_is_published(make, models, archived, scheduled, demote):
    """`published()` leaves out drafts, archived posts and those whose moment is still to come."""
    posts = [make.published().pk for _ in range(3)]
    posts += [make.published(author=make.user(is_active=False)).pk, make.published(category=None).pk]
    posts += [make.published(published_at=at).pk for at in (datetime(2001, 1, 1, tzinfo=UTC), datetime.now(UTC) - JUST)]
    by_a_reader = make.published()
    demote(by_a_reader.author)
    posts.append(by_a_reader.pk)
    make.post(), archived(), scheduled(), make.published(published_at=datetime.now(UTC) + timedelta(minutes=5))
    make.post(status="archived"), make.post(status="archived", published_at=datetime.now(UTC) + timedelta(hours=1))
    assert ids(models("post").objects.published()) == posts


@check("domain.queryset-verbs")
def test_what_is_a_draft(make, models, archived, scheduled):
    """`drafts()` gives drafts only, not what was archived without a date."""
    posts = [make.post().pk, make.post(author=make.user(is_active=False), category=None).pk, make.post(body="").pk]
    make.published(), archived(), scheduled(), make.post(status="archived")
    assert ids(models("post").objects.drafts()) == posts


@check("domain.queryset-verbs")
def test_by_author(make, models, scheduled):
    """`by_author()` gives the posts of that user, of any status."""
    author = make.user(is_active=False)
    posts = [make.post(author=author), make.published(author=author), make.post(author=author, status="archived")]
    posts.append(scheduled(author=author))
    posts = sorted(post.pk for post in posts)
    make.post()
    assert ids(models("post").objects.by_author(author)) == posts


@check("domain.queryset-verbs")
def test_search(make, models, rng):
    """`search()` finds the text in the title or in the body, whatever its case, and nothing else."""
    word = rng.word()
    in_title, in_body = make.post(title=f"On {word.title()}s"), make.post(body=f"About {word.upper()}.")
    make.post()
    assert ids(models("post").objects.search(word)) == sorted([in_title.pk, in_body.pk])
    assert ids(models("post").objects.search(word.upper())) == sorted([in_title.pk, in_body.pk])
    assert ids(models("post").objects.search(f"{word}{rng.word()}")) == []


@check("domain.queryset-verbs")
def test_search_looks_nowhere_else(make, models, rng):
    """`search()` looks at title and body only, and gives each post once, whatever its status."""
    word = rng.word()
    other = {
        "author": make.user(username=word, first_name=word, email=f"{word}@{word}.example"),
        "category": make.category(name=word, slug=f"a-{word}", description=word),
        "tags": [make.tag(name=word, slug=f"b-{word}"), make.tag(name=f"{word}s")],
    }
    make.post(slug=word, **other), make.comment(post=make.published(**other), body=word, status="approved")
    posts = [make.post(title=word, **other), make.published(body=word, **other)]
    posts.append(make.published(status="archived", title=word, body=word, **other))
    assert ids(models("post").objects.search(word)) == sorted(post.pk for post in posts)


@check("domain.queryset-verbs")
def test_search_takes_white_space_as_it_is(make, models, rng):
    """White space of a search is part of the text, at its ends and between words."""
    one, two = rng.word(), rng.word()
    narrow, wide = make.post(body=f"x{one} {two}x"), make.post(body=f"x {one}  {two} x")
    for text, post in ((f" {one}", wide), (f"{two} ", wide), (f"{one} {two}", narrow), (f"{one}  {two}", wide)):
        assert ids(models("post").objects.search(text)) == [post.pk]
    assert ids(models("post").objects.search("  ")) == [wide.pk]


@check("domain.queryset-verbs")
def test_search_of_any_length(make, models, rng):
    """A search may be one sign, or long: it is never too short, and nothing of it is left out."""
    long = rng.word().ljust(150, "x")
    one, whole = make.post(title=f"A § of {rng.word()}"), make.post(title=long, body=f"{'y' * 5_000}{long}")
    make.post(title=long[:149], body=long[1:]), make.post(body="y" * 5_000)
    assert ids(models("post").objects.search("§")) == [one.pk]
    assert ids(models("post").objects.search(long)) == [whole.pk]
    whole.title = rng.title()
    whole.save()
    assert ids(models("post").objects.search(long)) == [whole.pk]


@check("domain.queryset-verbs")
def test_search_takes_the_text_as_it_is(make, models, rng):
    """No character of a search is a pattern, neither of SQL's nor of a regular expression."""
    word = rng.word()
    alike = f"1000 {word}ab"
    make.post(title=alike, body=alike)
    for text in (
        "100%",
        f"{word}a_",
        f"{word}.b",
        f"{word}.*",
        f"^1000 {word}",
        f"{word}(ab)",
        f"{word}\\w",
        f"[{word}]",
        f"{word}'s",
        f'"{word}"',
        f"-{word}",
        f"{word} | x",
    ):
        post = make.post(title=f"{text} again")
        found = ids(models("post").objects.search(text))
        expect_that(found == [post.pk], expected=f"one post that contains {text!r}", observed=f"{len(found)} posts")


@check("domain.queryset-verbs")
def test_search_takes_words_as_one_piece(make, models, rng):
    """Several words are one piece: not in another order, not in two places, not across title and body."""
    one, two = rng.word(), rng.word()
    post = make.post(body=f"So {one} {two}, then.")
    both = make.post(title=f"{one} {two}", body=f"{one} {two}")
    make.post(title=f"{two} {one}"), make.post(title=one, body=two), make.post(body=f"{one} and {two}")
    assert ids(models("post").objects.search(f"{one} {two}".upper())) == sorted([post.pk, both.pk])


@check("domain.queryset-verbs", database="postgres")
def test_search_beyond_ascii(make, models, rng):
    """Case makes no difference to letters beyond A to Z either."""
    word = rng.word()
    post = make.post(title=f"{word} Ärger"), make.post(body=f"{word} ÄRGER")
    make.post(title=f"{word} arger")
    assert ids(models("post").objects.search(f"{word} ärGER")) == sorted(one.pk for one in post)


@check("domain.queryset-verbs")
def test_verbs_in_a_chain(make, models, rng):
    """Verbs combine, in any order."""
    word, author = rng.word(), make.user()
    post = make.published(title=word, author=author)
    draft = make.post(title=word, author=author)
    make.published(title=word), make.published(author=author), make.post(title=word), make.post(author=author)
    posts = models("post").objects
    assert ids(posts.published().by_author(author).search(word)) == [post.pk]
    assert ids(posts.search(word).by_author(author).published()) == [post.pk]
    assert ids(posts.search(word).by_author(author).drafts()) == [draft.pk]
    assert ids(posts.drafts().by_author(author).search(word)) == [draft.pk]
    assert ids(posts.filter(author=author).drafts().published()) == []


@check("domain.queryset-verbs")
@pytest.mark.parametrize("status", ["archived", "draft"])
def test_comments_whatever_became_of_the_post(make, models, db, status):
    """Comments are told apart by status and post alone: not by the state of the post, nor by who wrote them."""
    post = make.published()
    pending = [make.comment(post=post, author=by) for by in (make.user(), make.user(is_active=False))]
    people = (post.author, make.user(is_active=False), make.user())
    approved = [make.comment(post=post, author=by, status="approved") for by in people]
    db.update("posts_post", {"status": status, "published_at": None}, id=post.pk)
    comments = models("comment").objects
    assert ids(comments.approved()) == sorted(comment.pk for comment in approved)
    assert ids(comments.pending()) == sorted(comment.pk for comment in pending)
    assert ids(comments.on_post(post)) == sorted(comment.pk for comment in [*pending, *approved])


@check("domain.queryset-verbs")
def test_verbs_of_comments(make, models):
    """`approved()`, `pending()` and `on_post()` of comments, also combined."""
    post = make.published()
    pending, approved = make.comment(post=post), make.comment(post=post, status="approved")
    rejected, elsewhere = make.comment(post=post, status="rejected"), make.comment(status="approved")
    comments = models("comment").objects
    assert ids(comments.approved()) == sorted([approved.pk, elsewhere.pk])
    assert ids(comments.pending()) == [pending.pk]
    assert ids(comments.on_post(post)) == sorted([pending.pk, approved.pk, rejected.pk])
    other = make.comment()
    assert ids(comments.on_post(post).approved()) == ids(comments.approved().on_post(post)) == [approved.pk]
    assert ids(comments.on_post(post).pending()) == ids(comments.pending().on_post(post)) == [pending.pk]
    assert ids(comments.on_post(other.post)) == [other.pk]


@pytest.fixture
def library(make, archived, scheduled):
    """Posts of every kind by ``author`` and by somebody else, as (by the author, by the other)."""

    def fill(author):
        other = make.user()
        return [
            [make.post(author=who), make.published(author=who), archived(author=who), scheduled(author=who)]
            for who in (author, other)
        ]

    return fill


@check("domain.visible-to")
def test_nobody_sees_what_is_published(app, make, models, library):
    """An anonymous user sees what is published now."""
    own, others = library(make.user())
    assert ids(models("post").objects.visible_to(app.anonymous())) == sorted([own[1].pk, others[1].pk])


@check("domain.visible-to")
@pytest.mark.parametrize("role", ["reader", "contributor"])
def test_authors_see_their_own(make, models, demote, library, role):
    """Readers and contributors see what is published, and their own posts of any status."""
    user = make.user()
    own, others = library(user)
    demote(user, role)
    assert ids(models("post").objects.visible_to(user)) == sorted([*(post.pk for post in own), others[1].pk])


@check("domain.visible-to")
@pytest.mark.parametrize("role", ["editor", "admin"])
def test_editors_see_all(make, models, library, role):
    """Editors and admins see all posts."""
    user = make.user(role=role)
    own, others = library(user)
    assert ids(models("post").objects.visible_to(user)) == sorted(post.pk for post in [*own, *others])


@check("domain.visible-to")
def test_each_post_once(app, make, models):
    """A post with several tags and comments is there once, and the verb combines with others."""
    user = make.user()
    post = make.published(author=user, tags=[make.tag(), make.tag()])
    make.comment(post=post), make.comment(post=post), make.comment(post=post, author=user)
    for person in (user, app.anonymous(), make.user(), make.user(role="editor")):
        assert ids(models("post").objects.visible_to(person)) == [post.pk]
        assert models("post").objects.visible_to(person).count() == 1
    assert ids(models("post").objects.visible_to(user).published()) == [post.pk]
    assert ids(models("post").objects.drafts().visible_to(user)) == []


@check("domain.visible-to")
@pytest.mark.parametrize("who", ["nobody", "author", "editor"])
def test_visible_among_others(app, make, models, library, who):
    """The verb keeps what was asked before it, and others narrow what it gives."""
    author = make.user()
    own, _ = library(author)
    user = {"nobody": app.anonymous, "author": lambda: author, "editor": lambda: make.user(role="editor")}[who]()
    posts, picked = models("post").objects, [own[1], own[2]]
    seen = sorted(post.pk for post in (picked if who != "nobody" else [own[1]]))
    keys = [post.pk for post in picked]
    assert ids(posts.filter(pk__in=keys).visible_to(user)) == seen
    assert ids(posts.visible_to(user).filter(pk__in=keys)) == seen
    assert ids(posts.by_author(author).published().visible_to(user)) == [own[1].pk]
    assert posts.filter(pk__in=keys).visible_to(user).count() == len(seen)


@check("domain.visible-to")
@pytest.mark.parametrize("role", ["reader", "contributor", "editor", "admin"])
def test_inactive_users_see_no_more_than_others(make, models, demote, library, role):
    """Who is not active sees what everybody sees: no drafts of others, and none of their own."""
    user = make.user(is_active=False)
    own, others = library(user)
    demote(user, role)
    assert ids(models("post").objects.visible_to(user)) == sorted([own[1].pk, others[1].pk])


@check("domain.visible-to")
def test_superusers_see_no_more_than_their_role_does(make, models, library):
    """A contributor who is staff and a superuser sees what a contributor sees."""
    user = make.user(is_staff=True, is_superuser=True)
    own, others = library(user)
    assert ids(models("post").objects.visible_to(user)) == sorted([*(post.pk for post in own), others[1].pk])


@check("domain.visible-to")
def test_what_was_published_just_now(app, make, models):
    """What was published a moment ago is seen by everybody."""
    post = make.published(published_at=datetime.now(UTC) - timedelta(milliseconds=5))
    for user in (app.anonymous(), make.user(role="reader")):
        assert ids(models("post").objects.visible_to(user)) == [post.pk]
