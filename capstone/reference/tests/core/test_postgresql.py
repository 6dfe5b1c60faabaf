# FILE SOLUTION 05
"""What PostgreSQL refuses is said without the values of rows, and still found out by code."""

from collections.abc import Callable
from typing import Any, cast

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import User
from posts.models import Category, Post
from tests.factories import CategoryFactory, PostFactory, UserFactory

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL"),
]

SECRET = "hunter2"


def execute(statement: str, *values: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def commit_a_row_that_points_nowhere() -> None:
    """A foreign key is checked at the end of the transaction."""
    Post.objects.filter(pk=PostFactory().pk).update(author_id=424242)
    execute("SET CONSTRAINTS ALL IMMEDIATE")


REFUSED: dict[str, Callable[[], Any]] = {
    "a key that is taken": lambda: User.objects.bulk_create(
        [User(username=SECRET), User(username=SECRET)]
    ),
    "a whole row": lambda: User.objects.filter(username=SECRET).update(role="boss"),
    "a row without a column": lambda: execute(
        "UPDATE accounts_user SET role = NULL WHERE username = %s", SECRET
    ),
    "a value too long": lambda: Category.objects.filter(name=SECRET).update(
        name=SECRET * 50
    ),
    "no number": lambda: execute("SELECT %s::integer", SECRET),
    "a statement in two": lambda: execute("SELECT hunter2 hunter2 hunter2"),
    "an unknown column": lambda: execute("SELECT missing, 'hunter2' FROM posts_post"),
    "at the end of the transaction": commit_a_row_that_points_nowhere,
}


@pytest.mark.parametrize("refused", REFUSED.values(), ids=REFUSED)
def test_no_value_is_in_what_is_said(refused: Callable[[], Any]) -> None:
    UserFactory(username=SECRET)
    CategoryFactory(name=SECRET)
    with pytest.raises(DatabaseError) as raised, transaction.atomic():
        refused()
    cause = cast(psycopg.Error, raised.value.__cause__)
    for said in (str(raised.value), str(cause), repr(cause)):
        assert SECRET not in said
        assert "424242" not in said
        assert "DETAIL" not in said
    assert str(cause.diag.sqlstate) in str(raised.value)


def test_the_names_of_what_refused_it_are_said() -> None:
    user = UserFactory()
    with pytest.raises(DatabaseError, match="accounts_user_role_known") as raised:
        User.objects.filter(pk=user.pk).update(role="boss")
    cause = cast(psycopg.Error, raised.value.__cause__)
    assert cause.diag.table_name == "accounts_user"


@pytest.mark.parametrize("method", ["execute", "executemany"])
def test_no_value_is_in_what_a_span_sees(method: str) -> None:
    """Traces are recorded between the driver and Django."""
    values: Any = [SECRET] if method == "execute" else [["1"], [SECRET]]
    connection.ensure_connection()
    assert connection.connection is not None
    with (
        pytest.raises(psycopg.Error) as raised,
        transaction.atomic(),
        connection.connection.cursor() as cursor,
    ):
        getattr(cursor, method)("SELECT %s::integer", values)
    assert SECRET not in str(raised.value)


@pytest.mark.django_db(transaction=True)
def test_no_value_is_in_what_a_commit_says() -> None:
    """Which no cursor executes."""
    post = PostFactory()
    with pytest.raises(DatabaseError) as raised, transaction.atomic():
        Post.objects.filter(pk=post.pk).update(author_id=424242)
    for said in (str(raised.value), str(raised.value.__cause__)):
        assert "424242" not in said
