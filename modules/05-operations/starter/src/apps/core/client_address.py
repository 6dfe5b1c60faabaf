"""Where a request comes from, as far as that can be known behind proxies."""

from collections.abc import Callable
from contextvars import ContextVar
from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponse

_current: ContextVar[str | None] = ContextVar("client_address", default=None)


def current() -> str | None:
    """The address behind the request that is being answered; None outside of any."""
    return _current.get()


def of_request(request: HttpRequest) -> str | None:
    """The client's address; None where there is none, as on a Unix socket.

    Each proxy appends whom it was asked by to X-Forwarded-For, so with TRUSTED_PROXIES of our own
    the client is that many places from the right. What stands further left the client wrote.
    """
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    place = min(settings.TRUSTED_PROXIES, len(forwarded))
    seen = forwarded[-place].strip() if place else ""
    return _valid(seen) or _valid(request.META.get("REMOTE_ADDR", ""))


def _valid(text: str) -> str | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return str(getattr(address, "ipv4_mapped", None) or address)


class ClientAddressMiddleware:
    """Remember the address while the request is answered, for whoever writes about it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = _current.set(of_request(request))
        try:
            return self.get_response(request)
        finally:
            _current.reset(token)
