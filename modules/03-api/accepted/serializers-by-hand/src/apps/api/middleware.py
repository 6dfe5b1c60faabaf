"""What has to be seen to before any view, for paths below /api/ only."""

from collections.abc import Callable

from api.problems import CONTENT_TYPE, is_ours, problem
from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse


class ApiMiddleware:
    """First of all: the host, odd cookies, and the shape of errors that no view made."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, in the API's shape if it is about the API."""
        # A quoted cookie can hold any octet; PostgreSQL takes no NUL, so no session has that key.
        if "\0" in request.COOKIES.get(settings.SESSION_COOKIE_NAME, ""):
            del request.COOKIES[settings.SESSION_COOKIE_NAME]
        if not is_ours(request):
            return self.get_response(request)
        try:
            request.get_host()
        except DisallowedHost:
            return self._bare(request, problem(request, 400, name="disallowed_host"))
        response = self.get_response(request)
        # With DEBUG on Django explains a 400 in HTML; a 500 may have its page there.
        if (
            response.status_code >= 400
            and response.get("Content-Type") != CONTENT_TYPE
            and not (settings.DEBUG and response.status_code == 500)
        ):
            response = problem(request, response.status_code)
        return self._bare(request, response)

    @staticmethod
    def _bare(request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if request.method == "HEAD" and not response.streaming:
            response.headers.setdefault("Content-Length", str(len(response.content)))
            response.content = b""
        return response
