"""The admin is there only for those who come from the right networks."""

from collections.abc import Callable
from ipaddress import ip_address

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from core import client_address


class AdminNetworksMiddleware:
    """For everybody else every address below the admin is a 404, the log-in page too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        path = request.path.rstrip("/") + "/"  # Django would add the slash by redirect
        if path.startswith(reverse("admin:index")) and not _from_inside():
            raise Http404
        return self.get_response(request)


def _from_inside() -> bool:
    if not settings.ADMIN_NETWORKS:
        return True
    address = client_address.current()
    return address is not None and any(
        ip_address(address) in network for network in settings.ADMIN_NETWORKS
    )
