"""What goes through all of the API: the shape of errors, rates, conditions and repetitions."""

import json
import logging
from collections.abc import Callable
from typing import Any

from api import idempotency, throttling
from api.conditions import etag_of, is_known
from api.problems import MEDIA_TYPE, problem
from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.middleware import common
from rest_framework.exceptions import ParseError

logger = logging.getLogger(__name__)

type Next = Callable[[HttpRequest], HttpResponse]


def is_api(request: HttpRequest) -> bool:
    """Whether the request is for the API."""
    return request.path_info.startswith("/api/")


class Middleware:
    """What is not for the API goes on as it is."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """For the API, what `answer` says."""
        ours = is_api(request)
        return self.answer(request) if ours else self.get_response(request)

    def answer(self, request: HttpRequest) -> HttpResponse:
        """The answer."""
        return self.get_response(request)


class Problems(Middleware):
    """Outermost: an error that is none of ours yet gets the shape of all errors."""

    def answer(self, request: HttpRequest) -> HttpResponse:
        """A page with an error becomes a problem; its headers stay."""
        page = self.get_response(request)
        if page.status_code < 400 or page.get("Content-Type") == MEDIA_TYPE:
            return page
        if page.status_code == 500 and settings.DEBUG:
            return page  # somebody is looking for the reason
        answer = problem(request, page.status_code)
        for name, value in page.items():
            if name not in ("Content-Type", "Content-Length", "Content-Language"):
                answer[name] = value
        answer.cookies = page.cookies
        page.close()
        return answer


class Throttle(Middleware):
    """Above its rate a request gets 429."""

    def answer(self, request: HttpRequest) -> HttpResponse:
        """Counted, and carried out, if there is room."""
        try:
            request.get_host()
        except DisallowedHost:
            return self.get_response(request)  # which will say so; it is not counted
        seconds = throttling.wait(request)
        if not seconds:
            return self.get_response(request)
        answer = problem(request, 429)
        answer["Retry-After"] = str(seconds)
        return answer


class CommonMiddleware(common.CommonMiddleware):
    """Django's, but no address of the API is completed: the change would get lost on the way."""

    def should_redirect_with_slash(self, request: HttpRequest) -> bool:
        """Not below /api/."""
        return not is_api(request) and super().should_redirect_with_slash(request)


class ETags(Middleware):
    """Every 200 to a GET has an ETag; whoever has it already is not sent the rest."""

    def answer(self, request: HttpRequest) -> HttpResponse:
        """The answer, or 304."""
        answer = self.get_response(request)
        kind = answer.get("Content-Type", "").partition(";")[0]
        if request.method not in ("GET", "HEAD") or answer.status_code != 200 or kind != "application/json":
            return answer
        answer["ETag"] = etag_of(answer.content)
        if not is_known(request.headers.get("If-None-Match"), answer["ETag"]):
            return answer
        unchanged = HttpResponseNotModified()
        for name in ("ETag", "Vary", "Cache-Control", "Allow"):
            if name in answer:
                unchanged[name] = answer[name]
        unchanged.cookies = answer.cookies
        return unchanged


class Repetitions(Middleware):
    """A request with an Idempotency-Key is carried out once, and answered as often as it comes."""

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """The answer, if this is a request that may be repeated and its turn to be judged."""
        key = request.headers.get(idempotency.HEADER)
        if key is None or not is_api(request) or not self.is_judged(request, view):
            return None
        if not idempotency.KEY.fullmatch(key):
            detail = "An Idempotency-Key is 1 to 255 printable ASCII characters."
            return problem(request, 400, detail=detail, code="idempotency_key")
        try:
            row, is_mine = idempotency.claim(request.user.pk, key, request.body)
        except ParseError:
            return None  # the view will say so
        if is_mine:
            return self.carry_out(row, request, lambda: view(request, *args, **kwargs))
        if not row.answer:
            return problem(request, 409, code="idempotency_key_in_use")
        if not row.is_same:
            return problem(request, 422)
        return self.stored(json.loads(row.answer))

    def is_judged(self, request: HttpRequest, function: Any) -> bool:
        """Whether it is such a request, and nothing is wrong with it before its body is read."""
        kind = getattr(function, "cls", None)
        actions = getattr(function, "actions", {})
        method = str(request.method).lower()
        if actions.get(method) not in getattr(kind, "repeatable", ()):
            return False
        view = kind(**function.initkwargs)
        view.action_map = actions
        view.args, view.kwargs = (), {}
        view.request = view.initialize_request(request)
        try:
            view.initial(view.request)
        except Exception:
            return False
        parsers = view.request.parsers
        # From here on the body is kept, so that the view can read it once more.
        return bool(request.body and view.request.negotiator.select_parser(view.request, parsers))

    def carry_out(self, row: Any, request: HttpRequest, view: Callable[[], HttpResponse]) -> HttpResponse:
        """What the view says. What it did and that it has been said are stored together."""
        done = False
        try:
            with transaction.atomic():
                answer = view()
                if hasattr(answer, "render"):
                    answer.render()
                if answer.status_code < 400:
                    done = bool(self.remember(row, answer))
                if not done:
                    transaction.set_rollback(True)
                    if answer.status_code < 400:  # it took so long that it was given up
                        answer = problem(request, 409)
        except IntegrityError:
            logger.warning("the database refused what had been judged", exc_info=True)
            done, answer = False, problem(request, 409)
        finally:
            if not done:
                idempotency.mine(row).delete()
        return answer

    def remember(self, row: Any, answer: HttpResponse) -> int:
        """Store the answer; 0 if somebody has taken over."""
        stored = {
            "status": answer.status_code,
            "body": json.loads(answer.content),
            "location": answer["Location"],
        }
        return idempotency.mine(row).update(answer=json.dumps(stored))

    def stored(self, stored: dict[str, Any]) -> HttpResponse:
        """The first answer again."""
        answer = HttpResponse(
            json.dumps(stored["body"]),
            status=stored["status"],
            content_type="application/json",
        )
        answer["Location"] = stored["location"]
        answer["Idempotency-Replayed"] = "true"
        return answer
