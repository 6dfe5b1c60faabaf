"""What one can ask about posts and categories."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts.roles import Role
from core.choices import CommentStatus
from posts.choices import PostStatus
from posts.models import Category, Post
from tests.factories import (
    CategoryFactory,
    CommentFactory,
    PostFactory,
    TagFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf() -> dict[str, Post]:
    """One post of every kind, each by somebody else."""
    return {
        "out": PostFactory(out=True),
        "scheduled": PostFactory(
            out=True, published_at=timezone.now() + timedelta(days=1)
        ),
        "draft": PostFactory(),
        "archived": PostFactory(status=PostStatus.ARCHIVED),
    }


def test_published_and_drafts(shelf: dict[str, Post]) -> None:
    assert list(Post.objects.published()) == [shelf["out"]]
    assert list(Post.objects.drafts()) == [shelf["draft"]]


def test_by_author(shelf: dict[str, Post]) -> None:
    assert list(Post.objects.by_author(shelf["draft"].author)) == [shelf["draft"]]


@pytest.mark.parametrize("kind", ["scheduled", "draft", "archived"])
def test_authors_see_their_own(kind: str, shelf: dict[str, Post]) -> None:
    mine = shelf[kind]
    assert set(Post.objects.visible_to(mine.author)) == {shelf["out"], mine}


@pytest.mark.usefixtures("shelf")
@pytest.mark.parametrize(
    ("role", "seen"),
    [(Role.ADMIN, 4), (Role.EDITOR, 4), (Role.CONTRIBUTOR, 1), (Role.READER, 1)],
)
def test_editors_and_admins_see_everything(role: Role, seen: int) -> None:
    assert Post.objects.visible_to(UserFactory(role=role)).count() == seen


def test_nobody_sees_what_is_out(shelf: dict[str, Post]) -> None:
    assert list(Post.objects.visible_to(AnonymousUser())) == [shelf["out"]]
    closed = UserFactory(role=Role.ADMIN, is_active=False)
    assert list(Post.objects.visible_to(closed)) == [shelf["out"]]


def test_search_in_title_and_body_whatever_the_capitals() -> None:
    by_title = PostFactory(title="Snow in May")
    by_body = PostFactory(body="It SNOWED.")
    PostFactory()
    assert set(Post.objects.search("snow")) == {by_title, by_body}
    assert list(Post.objects.drafts().search("may")) == [by_title]


def test_the_feed_is_newest_first() -> None:
    now = timezone.now()
    older = PostFactory(out=True, published_at=now - timedelta(days=1))
    first, second = (PostFactory(out=True, published_at=now) for _ in range(2))
    PostFactory()
    assert list(Post.objects.feed()) == [second, first, older]


@pytest.mark.parametrize("number", [1, 5])
def test_the_feed_costs_two_queries(
    number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(number):
        post = PostFactory(out=True, category=CategoryFactory())
        post.tags.add(TagFactory(), TagFactory())
        CommentFactory.create_batch(2, post=post, status=CommentStatus.APPROVED)
        CommentFactory(post=post)
    with django_assert_num_queries(2):
        shown = [
            (
                post.author.username,
                post.category and post.category.name,
                len({tag.name for tag in post.tags.all()}),
                post.approved_comment_count,
            )
            for post in Post.objects.feed()
        ]
    assert [row[2:] for row in shown] == [(2, 2)] * number


def test_categories_know_how_much_is_in_them(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    full, drafts_only, empty = CategoryFactory.create_batch(3)
    PostFactory.create_batch(2, out=True, category=full)
    PostFactory(category=full)
    PostFactory(category=drafts_only)
    with django_assert_num_queries(1):
        counts = {
            category: category.post_count
            for category in Category.objects.with_post_counts()
        }
    assert counts == {full: 2, drafts_only: 0, empty: 0}
