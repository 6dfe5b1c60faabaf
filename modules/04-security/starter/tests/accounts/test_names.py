"""Names and addresses are normalised before anything is checked, wherever they come in."""

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection
from rest_framework.test import APIClient

from accounts.models import User
from tests.factories import PostFactory, UserFactory

pytestmark = pytest.mark.django_db

LIGATURE = "ﬁona"  # its first character is one, and two in NFKC
# 150 characters that are 2,700 once they are normalised; a character that becomes a forbidden one.
TOO_LONG_LATER, FORBIDDEN_LATER = "ﷺ" * 150, "ann½"
# 252 characters; in lower case each dotted I is two.
DOMAIN_TOO_LONG_LATER = "a@" + ".".join(["İ" * 60] * 4) + ".com"


@pytest.mark.parametrize("name", [TOO_LONG_LATER, FORBIDDEN_LATER, "x" * 151])
def test_a_name_is_checked_as_it_is_stored(
    name: str, api_client: APIClient, admin_user: User
) -> None:
    answer = api_client.post("/api/v1/users/", {"username": name})
    assert answer.status_code == 400
    assert {error["pointer"] for error in answer.json()["errors"]} == {"#/username"}
    with pytest.raises(ValidationError) as refusal:
        User(username=name, password="x").full_clean()
    assert set(refusal.value.message_dict) == {"username"}


def test_an_address_is_checked_as_it_is_stored(
    api_client: APIClient, admin_user: User
) -> None:
    sent = {"username": "ann", "email": DOMAIN_TOO_LONG_LATER}
    answer = api_client.post("/api/v1/users/", sent)
    assert answer.status_code == 400
    assert {error["pointer"] for error in answer.json()["errors"]} == {"#/email"}


def test_a_name_that_is_short_enough_once_normalised_is_accepted(
    api_client: APIClient, admin_user: User
) -> None:
    decomposed = "e\u0301" * 150  # each pair becomes one "é"
    made = api_client.post("/api/v1/users/", {"username": decomposed})
    assert (made.status_code, made.json()["username"]) == (201, "é" * 150)


def test_what_is_stored_is_normalised(api_client: APIClient, admin_user: User) -> None:
    sent = {"username": LIGATURE, "email": "Fiona@Example.ORG"}
    made = api_client.post("/api/v1/users/", sent).json()
    assert (made["username"], made["email"]) == ("fiona", "Fiona@example.org")
    again = api_client.post("/api/v1/users/", {"username": LIGATURE})
    assert again.json()["errors"][0]["pointer"] == "#/username"


def test_a_look_up_normalises_what_it_looks_for(
    api_client: APIClient, admin_user: User
) -> None:
    fiona = UserFactory(username="fiona")
    PostFactory(author=fiona, out=True)
    assert User.objects.get(username=LIGATURE) == fiona
    assert User.objects.get_by_natural_key(LIGATURE) == fiona
    found = api_client.get("/api/v1/posts/", {"author": LIGATURE}).json()
    assert [post["author"] for post in found["results"]] == ["fiona"]
    found = api_client.get("/api/v1/users/", {"search": "ﬁo"}).json()
    assert [user["username"] for user in found["results"]] == ["fiona"]


@pytest.mark.parametrize("name", [TOO_LONG_LATER, FORBIDDEN_LATER])
def test_the_command_refuses_it_as_well(name: str) -> None:
    with pytest.raises(CommandError):
        call_command(
            "createsuperuser", username=name, email="a@example.org", interactive=False
        )
    assert not User.objects.exists()


class TestMigration:
    """Rows from before, as plain SQL left them."""

    def store(self, user: User, **values: str) -> None:
        columns = ", ".join(f"{name} = %s" for name in values)
        statement = f"UPDATE accounts_user SET {columns} WHERE id = %s"  # noqa: S608
        with connection.cursor() as cursor:
            cursor.execute(statement, [*values.values(), user.pk])

    def migrate(self) -> None:
        migration = import_module("accounts.migrations.0003_normalised_names")
        migration.normalise(apps, SimpleNamespace(connection=connection))

    def test_stored_names_are_normalised(self) -> None:
        user = UserFactory()
        self.store(user, username=LIGATURE, email="f@EXAMPLE.org")
        self.migrate()
        user.refresh_from_db()
        assert (user.username, user.email) == ("fiona", "f@example.org")

    def test_it_stops_where_two_would_have_one_name(self) -> None:
        UserFactory(username="fiona")
        other = UserFactory()
        self.store(other, username=LIGATURE)
        with pytest.raises(RuntimeError, match=f"and {other.pk} would have the same"):
            self.migrate()
