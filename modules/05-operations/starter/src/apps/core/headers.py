"""Headers that Django has no setting for, or not on every answer."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse


class PermissionsPolicyMiddleware:
    """No page of ours needs the camera and the like, and no other site may load from here."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", settings.PERMISSIONS_POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        # SecurityMiddleware refuses an unknown host that it would redirect before it adds these.
        opener = settings.SECURE_CROSS_ORIGIN_OPENER_POLICY
        response.headers.setdefault("Cross-Origin-Opener-Policy", opener)
        response.headers.setdefault("Referrer-Policy", settings.SECURE_REFERRER_POLICY)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        return response
