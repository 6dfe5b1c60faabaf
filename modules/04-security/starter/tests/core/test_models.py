"""Timestamps and addresses, shown on the models that have them."""

from datetime import datetime

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils import timezone
from pytest_mock import MockerFixture

from posts.models import Post
from tests.factories import (
    CategoryFactory,
    CommentFactory,
    PostFactory,
    TagFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "factory", [UserFactory, CategoryFactory, TagFactory, PostFactory, CommentFactory]
)
@pytest.mark.parametrize("update_fields", [None, ["created_at"]])
def test_timestamps(factory: type, update_fields: list[str] | None) -> None:
    row = factory()
    made, changed = times(row)
    assert timezone.is_aware(made)
    row.save(update_fields=update_fields)
    assert times(row)[0] == made
    assert times(row)[1] > changed


def times(row: Model) -> tuple[datetime, datetime]:
    """When the stored row was made and last changed."""
    made, changed = (
        type(row)._default_manager.values_list("created_at", "updated_at").get()
    )
    return made, changed


def test_a_taken_address_gets_a_number() -> None:
    slugs = [PostFactory(title="Hello").slug for _ in range(3)]
    assert slugs == ["hello", "hello-2", "hello-3"]


def test_categories_and_tags_have_addresses_of_their_own() -> None:
    assert CategoryFactory(name="News").slug == TagFactory(name="News").slug == "news"
    assert CategoryFactory(name="新聞").slug == "category"


def test_an_address_given_by_hand_is_kept() -> None:
    assert PostFactory(title="Hello", slug="greeting").slug == "greeting"


def test_an_address_outlives_its_title() -> None:
    post = PostFactory(title="Hello")
    post.title = "Good-bye"
    post.save()
    post.refresh_from_db()
    assert post.slug == "hello"


def test_an_emptied_address_is_made_again() -> None:
    post = PostFactory(title="Hello", slug="greeting")
    post.slug = ""
    post.save(update_fields=["title"])
    post.refresh_from_db()
    assert post.slug == "hello"


def test_a_lost_race_costs_a_number_and_nothing_else(mocker: MockerFixture) -> None:
    PostFactory(title="Hello")
    look = mocker.patch.object(Post, "_taken", side_effect=[set(), {"hello"}])
    with transaction.atomic():
        assert PostFactory(title="Hello").slug == "hello-2"
        assert Post.objects.count() == 2  # the caller's transaction is still usable
    assert look.call_count == 2


def test_a_race_is_not_run_for_ever(mocker: MockerFixture) -> None:
    PostFactory(title="Hello")
    mocker.patch.object(Post, "_free_slug", return_value="hello")
    post = PostFactory.build(title="Hello", author=UserFactory())
    with pytest.raises(IntegrityError), transaction.atomic():
        post.save()
    assert post.slug == ""


def test_another_constraint_is_not_mistaken_for_a_race(mocker: MockerFixture) -> None:
    look = mocker.spy(Post, "_free_slug")
    with (
        pytest.raises(IntegrityError, match="posts_post_title_not_empty"),
        transaction.atomic(),
    ):
        PostFactory(title="")
    assert look.call_count == 1
