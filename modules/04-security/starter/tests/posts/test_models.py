"""The rules of posts, categories and tags: in clean(), and in the database behind it."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from accounts.roles import Role
from posts.choices import PostStatus
from posts.models import Category, Post
from tests.factories import CategoryFactory, PostFactory, TagFactory, UserFactory

pytestmark = pytest.mark.django_db

OUT = {"status": PostStatus.PUBLISHED, "published_at": timezone.now()}


def refused_fields(row: Any) -> set[str]:
    """The fields that full_clean() complains about; none if the row is right."""
    try:
        row.full_clean()
    except ValidationError as refusal:
        return set(refusal.message_dict)
    return set()


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        ({}, set()),
        ({"body": ""}, set()),
        (OUT, set()),
        ({"status": PostStatus.ARCHIVED}, set()),
        ({"title": ""}, {"title"}),
        ({"title": " \t"}, {"title"}),
        ({"title": "x" * 201}, {"title"}),
        (OUT | {"body": ""}, {"body"}),
        (OUT | {"body": " \n"}, {"body"}),
        (OUT | {"published_at": None}, {"published_at"}),
        (OUT | {"status": PostStatus.DRAFT}, {"published_at"}),
        ({"status": "lost"}, {"status"}),
    ],
)
def test_the_rules_of_a_post(given: dict[str, Any], refused: set[str]) -> None:
    post = PostFactory.build(author=UserFactory(), **given)
    assert refused_fields(post) == refused


def test_a_post_needs_an_author() -> None:
    assert refused_fields(PostFactory.build(author=None)) == {"author"}


@pytest.mark.parametrize("role", Role)
def test_readers_do_not_write(role: Role) -> None:
    post = PostFactory.build(author=UserFactory(role=role))
    assert refused_fields(post) == ({"author"} if role == Role.READER else set())


@pytest.mark.parametrize("status", [PostStatus.PUBLISHED, PostStatus.ARCHIVED])
def test_what_was_public_does_not_become_a_draft(status: PostStatus) -> None:
    post = PostFactory(status=status, published_at=timezone.now())
    post.status = PostStatus.DRAFT
    post.published_at = None
    assert refused_fields(post) == {"status"}


def test_a_draft_stays_a_draft() -> None:
    assert refused_fields(PostFactory()) == set()


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"status": "lost"}, "posts_post_status_known"),
        ({"status": "published"}, "posts_post_published_has_time"),
        ({"published_at": timezone.now()}, "posts_post_draft_has_no_time"),
        ({"title": ""}, "posts_post_title_not_empty"),
        ({"slug": "taken"}, "slug"),
    ],
)
def test_the_database_insists(values: dict[str, Any], constraint: str) -> None:
    PostFactory(slug="taken")
    draft = PostFactory()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Post.objects.filter(pk=draft.pk).update(**values)
    Post.objects.filter(pk=draft.pk).update(**OUT, slug="free", title="New")


@pytest.mark.parametrize("factory", [CategoryFactory, TagFactory])
def test_a_name_is_taken_whatever_its_capitals(factory: type[Any]) -> None:
    factory(name="News")
    assert refused_fields(factory.build(name="nEWS")) == {"name"}
    assert refused_fields(factory.build(name="Olds")) == set()
    with pytest.raises(IntegrityError), transaction.atomic():
        factory(name="nEWS")


@pytest.mark.parametrize("factory", [CategoryFactory, TagFactory])
def test_a_name_may_change_its_own_capitals(factory: type[Any]) -> None:
    row = factory(name="News")
    row.name = "NEWS"
    assert refused_fields(row) == set()


def test_an_author_with_posts_stays_and_a_category_goes() -> None:
    post = PostFactory(category=CategoryFactory())
    with pytest.raises(ProtectedError):
        post.author.delete()
    Category.objects.all().delete()
    post.refresh_from_db()
    assert post.category is None


@pytest.mark.parametrize(
    ("role", "of_own", "of_others"),
    [
        (Role.ADMIN, True, True),
        (Role.EDITOR, True, True),
        (Role.CONTRIBUTOR, True, False),
        (Role.READER, False, False),
    ],
)
def test_who_may_edit(role: Role, of_own: bool, of_others: bool) -> None:
    user = UserFactory(role=role)
    own, other = PostFactory(author=user), PostFactory()
    assert own.can_be_edited_by(user) is of_own
    assert other.can_be_edited_by(user) is of_others
    user.is_active = False
    assert not own.can_be_edited_by(user)
    assert not own.can_be_edited_by(AnonymousUser())


def test_a_post_is_out_from_its_time_on() -> None:
    hour = timedelta(hours=1)
    assert not PostFactory.build().is_out
    assert PostFactory.build(out=True).is_out
    assert not PostFactory.build(out=True, published_at=timezone.now() + hour).is_out


def test_names() -> None:
    assert str(PostFactory.build(title="Hello")) == "Hello"
    assert str(CategoryFactory.build(name="News")) == "News"
    assert str(TagFactory.build(name="django")) == "django"
    assert Category._meta.verbose_name_plural == "categories"
