"""Somebody with a password, and what they do with it."""

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from authentication.tokens import TokenPair
from tests.factories import UserFactory

PASSWORD = "correct horse battery"

type Login = Callable[[], TokenPair]


@pytest.fixture
def ann(db: None) -> User:
    """A contributor with a password."""
    user: User = UserFactory(username="ann")
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def client(db: None) -> APIClient:
    """Nobody yet."""
    return APIClient()


@pytest.fixture
def login(ann: User) -> Login:
    """Begin one more session of Ann's."""

    def log_in() -> TokenPair:
        sent = {"username": "ann", "password": PASSWORD}
        answer = APIClient().post("/api/v1/auth/login/", sent)
        assert answer.status_code == 200, answer.content
        pair: TokenPair = answer.json()
        return pair

    return log_in


def works(access: str) -> bool:
    """Whether an access token is accepted."""
    headers = {"Authorization": f"Bearer {access}"}
    status = APIClient().get("/api/v1/tags/", headers=headers).status_code
    assert status in (200, 401)
    return status == 200


def refresh(token: str) -> TokenPair | None:
    """The next pair for a refresh token, if it is accepted."""
    answer = APIClient().post("/api/v1/auth/refresh/", {"refresh": token})
    assert answer.status_code in (200, 401)
    pair: TokenPair = answer.json()
    return pair if answer.status_code == 200 else None
