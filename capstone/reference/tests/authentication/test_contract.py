# FILE SOLUTION 04
"""The operations below /auth/ give every answer that the OpenAPI document foresees."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache

# BEGIN SOLUTION 06
from django.utils import timezone

# END
from pytest_django.fixtures import Settings
from rest_framework.response import Response
from rest_framework.test import APIClient

from accounts.models import User
from accounts.roles import Role
from authentication.invitations import invitation_tokens

# BEGIN SOLUTION 06
from mfa.models import SecondFactor

# END
from tests.api.conftest import DOCUMENT, check_against_document
from tests.authentication.conftest import PASSWORD, Login

WRONG = {"username": "ann", "password": "wrong"}
FALSE = {"refresh": "x.y.z"}
VOID = {"token": "1.x-y", "new_password": PASSWORD}


class Call:
    """One operation, by Ann and with all that it takes."""

    def __init__(self, path: str, login: Login) -> None:
        pair = login()
        self.path = path
        ann = User.objects.get()
        if path.endswith("/invite/"):
            User.objects.update(role=Role.ADMIN)
        self.client = APIClient(headers={"Authorization": f"Bearer {pair['access']}"})
        bodies: dict[str, Any] = {
            "login": {"username": "ann", "password": PASSWORD},
            "register": {
                "username": "eve",
                "email": "eve@example.org",
                "password": PASSWORD,
            },
            "refresh": {"refresh": pair["refresh"]},
            "logout": {"refresh": pair["refresh"]},
            "logout-everywhere": None,
            "invite": {"user": ann.pk},
            "set-password": {
                "token": f"{ann.pk}.{invitation_tokens.make_token(ann)}",
                "new_password": PASSWORD * 2,
            },
            "password": {"current_password": PASSWORD, "new_password": PASSWORD * 2},
        }
        self.body = bodies[path.split("/")[4]]

    def send(self, **more: Any) -> Response:
        """What comes of it."""
        data = {} if self.body is None else {"data": self.body}
        answer: Response = self.client.post(self.path, **data, **more)
        return answer


def success(call: Call) -> Response:
    """As it should be."""
    return call.send()


# BEGIN SOLUTION 06
def accepted(call: Call) -> Response:
    """For now: a log-in that has a second step."""
    if call.path.endswith("/login/"):
        SecondFactor.objects.create(
            user=User.objects.get(), confirmed_at=timezone.now(), last_counter=0
        )
    return call.send()


# END


def bad_request(call: Call) -> Response:
    """Something in it makes no sense."""
    call.body = ["not", "an", "object"]
    return call.send()


def unauthorized(call: Call) -> Response:
    """By somebody who cannot prove anything."""
    call.client = APIClient()
    words = {"login": WRONG, "set-password": VOID}
    call.body = words.get(call.path.split("/")[4], FALSE)
    return call.send()


def forbidden(call: Call) -> Response:
    """By cookie, from another site."""
    call.client = APIClient(enforce_csrf_checks=True)
    call.client.force_login(User.objects.get())
    return call.send()


def not_acceptable(call: Call) -> Response:
    """For somebody who does not read JSON."""
    return call.send(headers={"Accept": "text/html"})


def unsupported(call: Call) -> Response:
    """In a form that we do not read."""
    call.body = "a=b"
    return call.send(content_type="application/x-www-form-urlencoded")


def throttled(call: Call) -> Response:
    """Too often, by somebody whose sessions do not end by the first time."""
    call.client.force_authenticate(User.objects.get())
    call.send()
    return call.send()


MAKE: dict[str, Callable[[Call], Response]] = {
    "200": success,
    # BEGIN BEFORE 06
    # "202": success,
    # END
    # BEGIN SOLUTION 06
    "202": accepted,
    # STUB
    # "202": success,
    # # TODO(06): a log-in that has a second step, once there are any (brief, task 2).
    # END
    "204": success,
    "400": bad_request,
    "401": unauthorized,
    "403": forbidden,
    "406": not_acceptable,
    "415": unsupported,
    "429": throttled,
}


def foreseen() -> Iterator[tuple[str, str]]:
    """Every path and status of the document."""
    for path, operations in DOCUMENT["paths"].items():
        # BEGIN SOLUTION 06
        if path.startswith("/api/v1/auth/mfa/"):  # tests/mfa has these
            continue
        # END
        if path.startswith("/api/v1/auth/"):
            yield from ((path, status) for status in operations["post"]["responses"])


@pytest.mark.parametrize(("path", "status"), list(foreseen()))
def test_every_answer_is_as_the_document_says(
    path: str, status: str, login: Login, settings: Settings
) -> None:
    call = Call(path, login)
    if status == "429":
        cache.clear()
        settings.THROTTLE_RATES = settings.THROTTLE_RATES | {
            "burst": "",
            **dict.fromkeys(("login", "register", "sensitive"), "1/day"),
        }
    answer = MAKE[status](call)
    assert answer.status_code == int(status)
    check_against_document(answer, path, "post")


def test_every_operation_is_in_the_document() -> None:
    operations = {path.split("/")[4] for path, _ in foreseen()}
    assert operations == {
        *("register", "login", "refresh", "logout"),
        *("logout-everywhere", "password", "invite", "set-password"),
    }
