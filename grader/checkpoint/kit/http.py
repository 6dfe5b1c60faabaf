"""An answer of the learner's, by Django's test client or over HTTP, read the same way."""

from dataclasses import dataclass
from typing import Any

from grader.agent.scan import BODY, BadReply, load
from grader.domain.words import words
from grader.stage.outcome import Failed


@dataclass(frozen=True, slots=True)
class Response:
    """Status, headers as sent, and the first 512 KiB of the body."""

    status_code: int
    pairs: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def headers(self) -> dict[str, str]:
        """Headers by lower-case name; of one sent twice, the last."""
        return {name.lower(): value for name, value in self.pairs}

    def header(self, name: str) -> str:
        """A header, whatever its case; empty if it was not sent. Of one sent more than once, all, a line each."""
        return "\n".join(value for sent, value in self.pairs if sent.lower() == name.lower())

    @property
    def text(self) -> str:
        """The body as UTF-8."""
        return self.body.decode("utf-8", errors="replace")

    def json(self) -> Any:
        """The body as JSON; fails the check if it is none, or has more in it than can be read (``BODY``)."""
        try:
            return load(self.body, BODY)
        except BadReply:
            raise Failed("a JSON answer", f"status {self.status_code}, {words(self.text)}") from None
