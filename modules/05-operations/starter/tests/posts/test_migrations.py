"""Posts of the first days come along, there and back."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.apps.registry import Apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

pytestmark = pytest.mark.django_db(transaction=True)

# title, body and is_published before; slug and status after
ROWS = [
    ("Hello", "Text.", True, "hello", "published"),
    ("Hello", "", False, "hello-2", "draft"),
    ("hello!", "", True, "hello-3", "draft"),
    ("Hello 2", "Text.", False, "hello-2-2", "draft"),
    ("  ", " \n", True, "post", "draft"),
    ("日本語", "Text.", True, "post-2", "published"),
]


@pytest.fixture
def migrate() -> Iterator[Callable[[str], Apps]]:
    """Go to one of the migrations of posts and get the models as they were then."""

    def go(name: str) -> Apps:
        executor = MigrationExecutor(connection)
        state = executor.migrate([("posts", None if name == "zero" else name)])
        return state.apps

    yield go
    call_command("migrate", verbosity=0)


def write_first_posts(apps: Apps) -> None:
    author = apps.get_model("accounts", "User").objects.create(username="ann")
    posts = apps.get_model("posts", "Post").objects
    for title, body, is_published, *_ in ROWS:
        posts.create(title=title, body=body, is_published=is_published, author=author)


def stored(apps: Apps, *fields: str) -> list[tuple[Any, ...]]:
    return list(
        apps.get_model("posts", "Post").objects.order_by("pk").values_list(*fields)
    )


def test_there_and_back(migrate: Callable[[str], Apps]) -> None:
    write_first_posts(migrate("0001_initial"))

    new = migrate("0005_post_rules")
    assert stored(new, "title", "body") == [row[:2] for row in ROWS]
    assert stored(new, "slug", "status") == [row[3:] for row in ROWS]
    assert [at is not None for (at,) in stored(new, "published_at")] == [
        row[4] == "published" for row in ROWS
    ]

    old = migrate("0001_initial")
    assert stored(old, "title", "body") == [row[:2] for row in ROWS]
    assert stored(old, "is_published") == [(row[4] == "published",) for row in ROWS]


def test_a_post_without_title_gets_one(migrate: Callable[[str], Apps]) -> None:
    old = migrate("0001_initial")
    author = old.get_model("accounts", "User").objects.create(username="ann")
    old.get_model("posts", "Post").objects.create(title="", body="", author=author)
    assert stored(migrate("0005_post_rules"), "title", "slug") == [
        ("Untitled", "untitled")
    ]


def test_more_rows_than_a_chunk(migrate: Callable[[str], Apps]) -> None:
    old = migrate("0001_initial")
    author = old.get_model("accounts", "User").objects.create(username="ann")
    post = old.get_model("posts", "Post")
    post.objects.bulk_create(
        post(title="Hello", body="x", author=author) for _ in range(1001)
    )
    slugs = {slug for (slug,) in stored(migrate("0005_post_rules"), "slug")}
    assert slugs == {"hello", *(f"hello-{number}" for number in range(2, 1002))}


def test_everything_can_be_undone(migrate: Callable[[str], Apps]) -> None:
    call_command("migrate", "comments", "zero", verbosity=0)
    migrate("zero")
    call_command("migrate", "accounts", "0001", verbosity=0)
    assert "posts_post" not in connection.introspection.table_names()


def test_no_migration_is_missing() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
