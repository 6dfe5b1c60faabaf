"""The id of a request, from the client to the answer."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client

from core import request_id


@pytest.mark.parametrize("given", ["0123abcd", "trace-1.2_3-four", "x" * 64])
def test_a_fit_id_is_kept(given: str, client: Client) -> None:
    answer = client.get("/live", headers={"X-Request-ID": given})
    assert answer.headers["X-Request-ID"] == given


@pytest.mark.parametrize(
    "given",
    ["", "short", "x" * 65, "with space", "line\r\nSet-Cookie: a=b", "ünicode!"],
)
def test_any_other_is_replaced(given: str, client: Client) -> None:
    answer = client.get("/live", headers={"X-Request-ID": given})
    assert request_id.ACCEPTABLE.fullmatch(answer.headers["X-Request-ID"])
    assert answer.headers["X-Request-ID"] != given


def test_every_request_has_an_id_of_its_own(client: Client) -> None:
    ids = {client.get("/live").headers["X-Request-ID"] for _ in range(3)}
    assert len(ids) == 3


def test_the_id_is_known_while_the_request_is_answered_and_not_later() -> None:
    seen = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(request_id.current())
        return HttpResponse()

    answer = request_id.RequestIdMiddleware(view)(HttpRequest())
    assert seen == [answer.headers["X-Request-ID"]]
    assert request_id.current() == ""


@pytest.mark.parametrize("address", ["/nowhere/", "/admin", "/admin/"])
def test_answers_of_every_kind_have_it(address: str, client: Client) -> None:
    assert client.get(address).headers["X-Request-ID"]
