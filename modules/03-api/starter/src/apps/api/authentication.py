"""Who asks: whoever is logged in to the site."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.http import QueryDict
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import authentication
from rest_framework.request import Request

if TYPE_CHECKING:
    from drf_spectacular.openapi import AutoSchema


class SessionAuthentication(authentication.SessionAuthentication):
    """Django's session, with CSRF protection; nobody at all is answered with 401.

    REST framework's own names no scheme, and without a WWW-Authenticate header it has to answer 403
    to somebody whom it does not know, as if it knew them.
    """

    def authenticate_header(self, request: Request) -> str:
        """What the WWW-Authenticate header says."""
        return 'Session realm="api"'

    def enforce_csrf(self, request: Request) -> None:
        """Raise PermissionDenied unless the CSRF token is right; it is looked for in the header.

        Looking for it in a form as well would read the body, and refuse one that is no JSON, before
        anybody has asked whether this person may send one.
        """
        request._request.POST = QueryDict()
        super().enforce_csrf(request._request)  # type: ignore[arg-type]  # it takes Django's


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """What the OpenAPI document says about it."""

    target_class = "api.authentication.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: "AutoSchema") -> dict[str, str]:
        """The session's cookie; what changes something needs the CSRF token, too."""
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": settings.SESSION_COOKIE_NAME,
            "description": "Changes also send the cookie `csrftoken` as `X-CSRFToken`.",
        }
