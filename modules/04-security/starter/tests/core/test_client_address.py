"""Where a request comes from."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from pytest_django.fixtures import Settings

from core import client_address

CHAIN = "198.51.100.1, 203.0.113.5,192.0.2.9"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "peer", "client"),
    [
        (0, "", "203.0.113.5", "203.0.113.5"),
        (0, CHAIN, "10.0.0.1", "10.0.0.1"),  # nobody of ours wrote that header
        (1, CHAIN, "10.0.0.1", "192.0.2.9"),
        (2, CHAIN, "10.0.0.1", "203.0.113.5"),
        (9, CHAIN, "10.0.0.1", "198.51.100.1"),
        (1, "", "10.0.0.1", "10.0.0.1"),
        (1, "<script>", "10.0.0.1", "10.0.0.1"),
        (1, "2001:db8::1", "10.0.0.1", "2001:db8::1"),
        (0, "", "::ffff:203.0.113.5", "203.0.113.5"),
        (0, "", "", None),
    ],
)
def test_the_last_words_count(
    proxies: int, forwarded: str, peer: str, client: str | None, settings: Settings
) -> None:
    settings.TRUSTED_PROXIES = proxies
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    request = RequestFactory(REMOTE_ADDR=peer).get("/", headers=headers)
    assert client_address.of_request(request) == client


def test_the_address_is_known_while_the_request_is_answered_and_not_later() -> None:
    seen = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(client_address.current())
        return HttpResponse()

    client_address.ClientAddressMiddleware(view)(RequestFactory().get("/"))
    assert seen == ["127.0.0.1"]
    assert client_address.current() is None
