"""Every operation of the OpenAPI document gives every answer that the document foresees."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache
from pytest_django.fixtures import Settings
from rest_framework.response import Response
from rest_framework.test import APIClient

from api.idempotency import fingerprint
from api.models import IdempotencyKey
from tests.api.conftest import DOCUMENT, World, check_against_document
from tests.factories import PostFactory

BODIES: dict[str, Any] = {
    "posts": {
        "title": "Hello",
        "body": "Text.",
        "category": "weather",
        "tags": ["snow"],
    },
    "comments": {"body": "Well said."},
    "categories": {"name": "Travel"},
    "tags": {"name": "Ice"},
    "users": {"username": "zoe", "email": "zoe@example.org"},
}


class Call:
    """One operation of the document in our world, as an admin unless said otherwise."""

    def __init__(self, world: World, path: str, method: str) -> None:
        self.world, self.path, self.method = world, path, method
        self.address = world.address(path)
        self.client = APIClient()
        self.client.force_login(world.admin)
        self.body = self._body()

    def _body(self) -> Any:
        if "requestBody" not in DOCUMENT["paths"][self.path][self.method]:
            return None
        body = BODIES[self.path.split("/")[3]]
        new_comment = self.path == "/api/v1/comments/"
        return {**body, "post": self.world.post.pk} if new_comment else body

    def send(self, **more: Any) -> Response:
        """What comes of it."""
        send: Callable[..., Response] = getattr(self.client, self.method)
        data = {} if self.body is None else {"data": self.body}
        return send(self.address, **data, **more)


def success(call: Call) -> Response:
    """As it should be."""
    if call.path.endswith("/publish/"):
        call.address = call.path.replace("{id}", str(PostFactory().pk))
    return call.send()


def not_modified(call: Call) -> Response:
    """It is asked for again."""
    return call.send(headers={"If-None-Match": call.send()["ETag"]})


def bad_request(call: Call) -> Response:
    """Something in it makes no sense."""
    if call.path.endswith("/publish/"):
        empty = PostFactory(body="")
        call.address = call.path.replace("{id}", str(empty.pk))
    elif call.method == "get":
        call.address += "?limit=0&page_size=0"
    else:
        call.body = ["not", "an", "object"]
    return call.send()


def unauthorized(call: Call) -> Response:
    """By nobody."""
    call.client.logout()
    return call.send()


def forbidden(call: Call) -> Response:
    """By a reader; or a change that comes from another site."""
    call.client = APIClient(enforce_csrf_checks=True)
    call.client.force_login(
        call.world.admin if call.method != "get" else call.world.user
    )
    return call.send()


def not_found(call: Call) -> Response:
    """Of what is not there, or beyond the last page."""
    if "{id}" in call.path:
        call.address = call.path.replace("{id}", "0")
    else:
        call.address += "?page=99&cursor=nowhere"
    return call.send()


def not_acceptable(call: Call) -> Response:
    """For somebody who does not read JSON."""
    return call.send(headers={"Accept": "text/html"})


def conflict(call: Call) -> Response:
    """With a request that is at work, or with what somebody has written."""
    if call.path == "/api/v1/comments/":
        IdempotencyKey.objects.create(
            user=call.world.admin,
            key="one",
            fingerprint=fingerprint("create a comment", call.body),
        )
        return call.send(headers={"Idempotency-Key": "one"})
    author = call.world.post.author
    call.address = call.path.replace("{id}", str(author.pk))
    return call.send()


def precondition_failed(call: Call) -> Response:
    """By somebody who has seen an earlier state."""
    return call.send(headers={"If-Match": '"earlier"'})


def unsupported_media_type(call: Call) -> Response:
    """In a form that we do not read."""
    call.body = "title=Hello"
    return call.send(content_type="text/plain")


def unprocessable(call: Call) -> Response:
    """With the key of another request."""
    call.send(headers={"Idempotency-Key": "one"})
    call.body = {**call.body, "body": "Something else."}
    return call.send(headers={"Idempotency-Key": "one"})


def throttled(call: Call) -> Response:
    """Too often."""
    call.send()
    return call.send()


MAKE: dict[str, Callable[[Call], Response]] = {
    "200": success,
    "201": success,
    "204": success,
    "304": not_modified,
    "400": bad_request,
    "401": unauthorized,
    "403": forbidden,
    "404": not_found,
    "406": not_acceptable,
    "409": conflict,
    "412": precondition_failed,
    "415": unsupported_media_type,
    "422": unprocessable,
    "429": throttled,
}


def foreseen() -> Iterator[tuple[str, str, str]]:
    """Every path, method and status of the document."""
    for path, operations in DOCUMENT["paths"].items():
        for method, operation in operations.items():
            for status in operation["responses"]:
                yield path, method, status


@pytest.mark.parametrize(("path", "method", "status"), list(foreseen()))
def test_every_answer_is_as_the_document_says(
    path: str, method: str, status: str, world: World, settings: Settings
) -> None:
    if status == "429":
        cache.clear()
        settings.THROTTLE_RATES = settings.THROTTLE_RATES | {"burst": "1/day"}
    response = MAKE[status](Call(world, path, method))
    assert response.status_code == int(status)
    check_against_document(response, path, method)
