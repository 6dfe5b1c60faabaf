"""People over HTTP."""

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from accounts.roles import Role
from tests.factories import UserFactory


def test_me(api_client: APIClient, reader_user: User) -> None:
    sent = {
        "first_name": "Zoe",
        "role": "admin",
        "is_active": False,
        "username": "root",
    }
    answer = api_client.patch("/api/v1/users/me/", sent).json()
    assert answer == api_client.get("/api/v1/users/me/").json()
    assert answer["first_name"] == "Zoe"
    reader_user.refresh_from_db()
    assert (reader_user.role, reader_user.is_active) == (Role.READER, True)
    assert reader_user.username != "root"


def test_no_password_goes_in_or_out(api_client: APIClient, admin_user: User) -> None:
    sent = {"username": "zoe", "password": "a long pass phrase", "is_superuser": True}
    made = api_client.post("/api/v1/users/", sent).json()
    assert "password" not in made
    zoe = User.objects.get(username="zoe")
    assert not zoe.check_password("a long pass phrase")
    assert not zoe.is_superuser


@pytest.mark.parametrize("email", ["ANN@example.org", "nowhere"])
def test_an_address_is_one_and_free(
    email: str, api_client: APIClient, admin_user: User
) -> None:
    UserFactory(email="ann@example.org")
    address = f"/api/v1/users/{UserFactory().pk}/"
    answer = api_client.patch(address, {"email": email})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "#/email"


def test_nobody_learns_who_has_an_address(
    api_client: APIClient, reader_user: User
) -> None:
    UserFactory(email="ann@example.org")
    before = reader_user.email
    for email in ("ann@example.org", "free@example.org", "nowhere"):
        answer = api_client.patch("/api/v1/users/me/", {"email": email})
        assert (answer.status_code, answer.json()["email"]) == (200, before)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("role=reader", ["ann"]),
        ("is_active=false", ["ben"]),
        ("is_active=true&search=AN", ["ann"]),
        ("search=ben@", ["ben"]),
        ("ordering=-username&search=n", ["ben", "ann"]),
    ],
)
def test_people_are_found(
    query: str, names: list[str], api_client: APIClient, admin_user: User
) -> None:
    UserFactory(username="ann", email="ann@example.com", role=Role.READER)
    UserFactory(username="ben", email="ben@example.com", is_active=False)
    User.objects.filter(pk=admin_user.pk).update(username="xx", email="")
    answer = api_client.get(f"/api/v1/users/?{query}").json()
    assert [user["username"] for user in answer["results"]] == names


@pytest.mark.parametrize("query", ["role=boss", "is_active=perhaps"])
def test_what_makes_no_sense_is_refused(
    query: str, api_client: APIClient, admin_user: User
) -> None:
    assert api_client.get(f"/api/v1/users/?{query}").status_code == 400


@pytest.mark.parametrize("value", ["true", 1, None])
def test_a_truth_is_no_word(
    value: object, api_client: APIClient, admin_user: User
) -> None:
    answer = api_client.patch(
        f"/api/v1/users/{UserFactory().pk}/", {"is_active": value}
    )
    assert answer.status_code == 400
