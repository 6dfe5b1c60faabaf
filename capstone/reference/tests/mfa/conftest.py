# FILE SOLUTION 06
"""Somebody with a second factor, and the telephone that makes its codes."""

from base64 import b32decode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from mfa.totp import STEP_SECONDS, code_at
from tests.authentication.conftest import PASSWORD, ann, client, login

__all__ = ["ann", "client", "login"]
WRONG = "000 000"


@dataclass
class Phone:
    """An authenticator app: it knows the secret and the time, and shows a code."""

    secret: bytes
    steps: int = 0

    def code(self, *, steps: int | None = None) -> str:
        """A code that was not shown before: of the next step each time, as nobody waits here."""
        if steps is None:
            steps, self.steps = self.steps, self.steps + 1
        seconds = timezone.now().timestamp() + steps * STEP_SECONDS
        return code_at(self.secret, seconds=seconds)

    def wrong(self) -> str:
        """Six digits that are no code of now or about now."""
        near = {self.code(steps=steps) for steps in range(-3, 4)}
        return next(c for c in map("{:06}".format, range(10)) if c not in near)


@dataclass
class Person:
    """An account, its telephone, its recovery codes, and a client with a session of it."""

    user: User
    phone: Phone
    recovery: list[str]
    client: APIClient

    def password_step(self, **more: Any) -> Any:
        """The first step of a log-in."""
        sent = {"username": self.user.username, "password": PASSWORD} | more
        answer = APIClient().post("/api/v1/auth/login/", sent)
        return answer

    def challenge(self) -> str:
        """What the first step gives."""
        answer = self.password_step()
        assert answer.status_code == 202, answer.content
        return str(answer.json()["challenge"])

    def code_step(self, code: str, challenge: str | None = None) -> Any:
        """The second step."""
        sent = {"challenge": challenge or self.challenge(), "code": code}
        answer = APIClient().post("/api/v1/auth/mfa/login/", sent)
        return answer

    def post(self, path: str, **sent: Any) -> Any:
        """Something about the second factor, by whoever is logged in."""
        answer = self.client.post(f"/api/v1/auth/mfa/{path}/", sent)
        return answer


@pytest.fixture(autouse=True)
def forgetful_cache() -> Iterator[None]:
    """What throttles counted in one test is nothing to the next."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def starter(ann: User, client: APIClient) -> Person:
    """Ann, who is logged in and has no second factor yet."""
    client.force_login(ann)
    return Person(ann, Phone(b""), [], client)


@pytest.fixture
def person(starter: Person) -> Person:
    """Ann, with a second factor. The code of now is spent; that of the next step is not."""
    answer = starter.post("enrol", password=PASSWORD)
    assert answer.status_code == 200, answer.content
    starter.phone = Phone(b32decode(answer.json()["secret"]))
    answer = starter.post("confirm", code=starter.phone.code())
    assert answer.status_code == 200, answer.content
    starter.recovery = answer.json()["codes"]
    return starter


def later(monkeypatch: pytest.MonkeyPatch, **span: float) -> None:
    """Let time go by."""
    now = timezone.now() + timedelta(**span)
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)
