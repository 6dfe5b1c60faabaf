"""An answer of the learner's, by Django's test client or over HTTP, read the same way."""

from typing import Any

from grader.agent.scan import BODY, BadReply, load
from grader.domain.words import Counted, words
from grader.sandbox import http
from grader.stage.outcome import Failed


class Response(http.Response):
    """Status, headers as sent, and the first 512 KiB of the body by the test client, 4 MiB over HTTP."""

    def __init__(self, status_code: int, pairs: tuple[tuple[str, str], ...], body: bytes) -> None:
        super().__init__(status_code, pairs, body)
        self.__post_init__()  # which only classes call that are dataclasses themselves, such as ``Answer``

    def __post_init__(self) -> None:
        """The status is told as one wherever a comparison with it fails."""
        object.__setattr__(self, "status_code", Counted(self.status_code, "status {}", "status {}"))

    def json(self) -> Any:
        """The body as JSON; fails the check if it is none, or has more in it than can be read (``BODY``)."""
        try:
            return load(self.body, BODY)
        except BadReply:
            raise Failed("a JSON answer", f"status {self.status_code}, {_text_in_words(self.text)}") from None


def _text_in_words(text: str) -> str:
    """A body as one reads it in a line: of a page in HTML, its title."""
    if not text.lstrip().startswith("<"):
        return words(text)
    _, begun, rest = text.partition("<title>")
    title, ended, _ = rest.partition("</title>")
    return f"a page in HTML with the title {words(' '.join(title.split()))}" if begun and ended else "a page in HTML"
