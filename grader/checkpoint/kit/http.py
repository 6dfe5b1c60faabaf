"""An answer of the learner's, by Django's test client or over HTTP, read the same way."""

from typing import Any

from grader.agent.scan import BODY, BadReply, load
from grader.domain.words import words
from grader.sandbox import http
from grader.stage.outcome import Failed


class Response(http.Response):
    """Status, headers as sent, and the first 512 KiB of the body by the test client, 4 MiB over HTTP."""

    def json(self) -> Any:
        """The body as JSON; fails the check if it is none, or has more in it than can be read (``BODY``)."""
        try:
            return load(self.body, BODY)
        except BadReply:
            raise Failed("a JSON answer", f"status {self.status_code}, {words(self.text)}") from None
