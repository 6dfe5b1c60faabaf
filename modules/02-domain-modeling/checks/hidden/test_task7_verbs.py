"""Task 7, queryset verbs: what each gives."""

from datetime import UTC, datetime, timedelta

import pytest

from grader.checkpoint import check


def ids(queryset):
    """The keys of what a queryset gives, sorted."""
    return sorted(row.pk for row in queryset)


@pytest.fixture
def scheduled(make):
    """Saves a post that is published tomorrow."""
    return lambda **fields: make.published(published_at=datetime.now(UTC) + timedelta(days=1), **fields)


@check("domain.queryset-verbs")
def test_what_is_published(make, models, archived, scheduled):
    """`published()` leaves out drafts, archived posts and those whose moment is still to come."""
    posts = sorted(make.published().pk for _ in range(3))
    make.post(), archived(), scheduled()
    assert ids(models("post").objects.published()) == posts


@check("domain.queryset-verbs")
def test_what_is_a_draft(make, models, archived, scheduled):
    """`drafts()` gives drafts only."""
    post = make.post()
    make.published(), archived(), scheduled()
    assert ids(models("post").objects.drafts()) == [post.pk]


@check("domain.queryset-verbs")
def test_by_author(make, models):
    """`by_author()` gives the posts of that user, of any status."""
    author = make.user()
    posts = sorted([make.post(author=author).pk, make.published(author=author).pk])
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
def test_search_takes_the_text_as_it_is(make, models, rng):
    """A percent sign in a search is a percent sign."""
    word = rng.word()
    post = make.post(title=f"100% {word}")
    make.post(title=f"1000 {word}")
    assert ids(models("post").objects.search(f"100% {word}")) == [post.pk]


@check("domain.queryset-verbs")
def test_verbs_in_a_chain(make, models, rng):
    """Verbs combine, in any order."""
    word, author = rng.word(), make.user()
    post = make.published(title=word, author=author)
    make.post(title=word, author=author), make.published(title=word), make.published(author=author)
    posts = models("post").objects
    assert ids(posts.published().by_author(author).search(word)) == [post.pk]
    assert ids(posts.search(word).by_author(author).published()) == [post.pk]
    assert ids(posts.filter(author=author).drafts().published()) == []


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
    assert ids(comments.on_post(post).approved()) == ids(comments.approved().on_post(post)) == [approved.pk]


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
def test_each_post_once(make, models):
    """A post with several tags and comments is there once, and the verb combines with others."""
    user = make.user()
    post = make.published(author=user, tags=[make.tag(), make.tag()])
    make.comment(post=post), make.comment(post=post)
    assert ids(models("post").objects.visible_to(user).published()) == [post.pk]
    assert ids(models("post").objects.drafts().visible_to(user)) == []


@check("domain.visible-to")
def test_inactive_editors_see_no_more_than_others(make, models):
    """An editor who is not active does not see the drafts of others."""
    make.post()
    assert ids(models("post").objects.visible_to(make.user(role="editor", is_active=False))) == []
