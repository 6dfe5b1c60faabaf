"""The course's API as its users use it: rows are written and pages read by HTTP, and every answer is checked."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from grader.sandbox.server import ApplicationServer
from grader.stage.users import HTTPS

ROOT = "/api/v1"
ANSWER_S = 60.0  # so long that on a crowded machine, too, only who hangs is late
_START_S = 60.0
_WORDS = ("snow", "harbour", "lantern", "meadow", "granite", "orchard", "ferry", "copper", "willow", "signal")


class Unfit(Exception):
    """The project does not answer as brief 03 says, so that nothing can be measured; the message says where."""


@dataclass(frozen=True, slots=True)
class Api:
    """A server, asked as one user; ``random`` draws what is sent."""

    server: ApplicationServer
    headers: Mapping[str, str]
    random: Random

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None, *, wanted: int = 200) -> Any:
        """The JSON value of the answer; ``Unfit`` unless it has the status ``wanted``."""
        sent = json.dumps(body).encode() if body is not None else b""
        headers = {**self.headers, "Content-Type": "application/json"} if sent else self.headers
        try:
            answer = self.server.request(method, ROOT + path, headers, sent, timeout_s=ANSWER_S)
        except (ConnectionError, TimeoutError) as error:
            raise Unfit(f"{method} {ROOT}{path} gave no complete answer within {ANSWER_S:g} s.") from error
        if answer.status_code != wanted:
            raise Unfit(f"{method} {ROOT}{path} answered {answer.status_code} where {wanted} was expected.")
        try:
            return json.loads(answer.text) if answer.body else None
        except (ValueError, RecursionError):
            raise Unfit(f"{method} {ROOT}{path} answered with something that is no JSON.") from None

    def create(self, kind: str, **values: Any) -> dict[str, Any]:
        """A new object of a list such as ``posts``."""
        made = self.ask("POST", f"/{kind}/", values, wanted=201)
        if not isinstance(made, dict) or type(made.get("id")) is not int:
            raise Unfit(f"POST {ROOT}/{kind}/ answered with no object that has an id.")
        return made

    def phrase(self, words: int) -> str:
        """Text that nobody can foresee."""
        chosen = (self.random.choice(_WORDS) for _ in range(words))
        return f"{' '.join(chosen)} {self.random.randrange(10**9)}"

    def publish_post(self) -> int:
        """The id of a new post that is out, with a category, two tags and two approved comments of its own."""
        category = self.create("categories", name=self.phrase(2))
        tags = [self.create("tags", name=self.phrase(1))["slug"] for _ in range(2)]
        values = {"title": self.phrase(4), "body": self.phrase(80), "category": category["slug"], "tags": tags}
        post: int = self.create("posts", **values)["id"]
        self.ask("POST", f"/posts/{post}/publish/")
        for _ in range(2):
            comment = self.create("comments", post=post, body=self.phrase(12))["id"]
            self.ask("POST", f"/comments/{comment}/approve/")
        return post

    def rows(self, path: str) -> list[Any]:
        """The rows of a page."""
        page = self.ask("GET", path)
        found = page.get("results") if isinstance(page, dict) else None
        if not isinstance(found, list):
            raise Unfit(f"GET {ROOT}{path} answered with no page that has `results`.")
        return found


def wait_for(server: ApplicationServer, path: str) -> None:
    """Until it answers 200 there; ``Unfit`` if it does not in time."""
    path = path or f"{ROOT}/posts/"
    try:
        server.ready_within(_START_S, path, HTTPS)
    except (TimeoutError, ConnectionError):
        raise Unfit(f"The server did not answer 200 to {path} within {_START_S:g} s.") from None
