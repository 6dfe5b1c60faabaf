# FILE SOLUTION 06
"""The operations below /auth/mfa/ give every answer that the OpenAPI document foresees."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone
from pytest_django.fixtures import Settings
from rest_framework.response import Response
from rest_framework.test import APIClient

from mfa.models import SecondFactor
from tests.api.conftest import DOCUMENT, check_against_document
from tests.authentication.conftest import PASSWORD
from tests.mfa.conftest import Person

PREFIX = "/api/v1/auth/mfa/"


class Call:
    """One operation, by Ann and with all that it takes."""

    def __init__(self, path: str, person: Person) -> None:
        self.path, self.person, self.client = path, person, person.client
        self.name = path.removeprefix(PREFIX).strip("/")
        password, code = {"password": PASSWORD}, {"code": person.phone.code()}
        bodies: dict[str, Any] = {
            "enrol": password,
            "confirm": code,
            "login": code,
            "recovery-codes": password | code,
            "disable": password | code,
        }
        self.body: Any = bodies[self.name]
        if self.name == "login":
            self.body |= {"challenge": person.challenge()}
        if self.name in ("enrol", "confirm"):
            SecondFactor.objects.update(confirmed_at=None)

    def send(self, **more: Any) -> Response:
        """What comes of it."""
        answer: Response = self.client.post(self.path, self.body, **more)
        return answer


def bad_request(call: Call) -> Response:
    """Something in it makes no sense."""
    call.body = ["not", "an", "object"]
    return call.send()


def unauthorized(call: Call) -> Response:
    """By somebody who cannot prove anything."""
    call.client = APIClient()
    call.body |= {"challenge": "no challenge"}
    return call.send()


def forbidden(call: Call) -> Response:
    """By cookie, from another site."""
    call.client = APIClient(enforce_csrf_checks=True)
    call.client.force_login(call.person.user)
    return call.send()


def conflict(call: Call) -> Response:
    """When there is one already, or none yet."""
    if call.name == "enrol":
        SecondFactor.objects.update(confirmed_at=timezone.now())
    else:
        SecondFactor.objects.all().delete()
    return call.send()


def throttled(call: Call) -> Response:
    """Too often."""
    call.send()
    return call.send()


MAKE: dict[str, Callable[[Call], Response]] = {
    "200": Call.send,
    "204": Call.send,
    "400": bad_request,
    "401": unauthorized,
    "403": forbidden,
    "406": lambda call: call.send(headers={"Accept": "text/html"}),
    "409": conflict,
    "415": lambda call: call.client.post(call.path, "a=b", content_type="text/plain"),
    "429": throttled,
}


def foreseen() -> Iterator[tuple[str, str]]:
    """Every path and status of the document."""
    for path, operations in DOCUMENT["paths"].items():
        if path.startswith(PREFIX):
            yield from ((path, status) for status in operations["post"]["responses"])


@pytest.mark.parametrize(("path", "status"), list(foreseen()))
def test_every_answer_is_as_the_document_says(
    path: str, status: str, person: Person, settings: Settings
) -> None:
    call = Call(path, person)
    if status == "429":
        cache.clear()
        settings.THROTTLE_RATES = settings.THROTTLE_RATES | dict.fromkeys(
            ("login", "sensitive"), "1/day"
        )
    answer = MAKE[status](call)
    assert answer.status_code == int(status), answer.content
    check_against_document(answer, path, "post")
    assert "no-store" in answer.headers["Cache-Control"]


def test_the_answer_of_the_first_step_is_as_the_document_says(person: Person) -> None:
    check_against_document(person.password_step(), "/api/v1/auth/login/", "post")


def test_every_operation_is_in_the_document() -> None:
    operations = {path.removeprefix(PREFIX).strip("/") for path, _ in foreseen()}
    assert operations == {"enrol", "confirm", "login", "recovery-codes", "disable"}
