"""Which requests of the tests a URL of the project was resolved for, and what they were answered."""

from typing import Any

_MOST = 20_000


class Requests:
    """``calls`` are (test, method, path, status), each once."""

    def __init__(self) -> None:
        self.calls: set[tuple[int, str, str, int]] = set()
        self.test = -1

    def start(self) -> None:
        """From now on, whatever Django's handler answers is written down."""
        from django.core.handlers.base import BaseHandler

        handler: Any = BaseHandler
        answer, answer_async = handler.get_response, handler.get_response_async

        def get_response(this: Any, request: Any) -> Any:
            response = answer(this, request)
            self._note(request, response)
            return response

        async def get_response_async(this: Any, request: Any) -> Any:
            """The answer of the original, noted like any other."""
            response = await answer_async(this, request)
            self._note(request, response)
            return response

        handler.get_response, handler.get_response_async = get_response, get_response_async

    def _note(self, request: Any, response: Any) -> None:
        if getattr(request, "resolver_match", None) is None or len(self.calls) >= _MOST:
            return
        path = str(request.path)
        if len(path) <= 300:
            self.calls.add((self.test, str(request.method)[:10], path, int(response.status_code)))
