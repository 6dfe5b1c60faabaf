"""Who visits the course's API: they list, read, write and delete in an order that nobody can foresee, and read answers.

Nothing tells their requests from those of people: paths, texts and users are drawn, headers are a browser's.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from grader.gates.performance.api import ANSWER_S, ROOT, Api, Unfit
from grader.sandbox import http

_PAGE = 20
_STOCK = 3
_BROWSERS = (
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1",
)


def browser(random: Random) -> dict[str, str]:
    """The headers of a browser."""
    language = random.choice(("en", "en-GB,en;q=0.8", "de,en;q=0.7", "fr,en;q=0.6"))
    return {"User-Agent": random.choice(_BROWSERS), "Accept": "application/json", "Accept-Language": language}


class Unanswered(Unfit):
    """A request came to no answer."""


@dataclass(slots=True)
class Visit:
    """One request, made with ``ask`` and judged with ``check``, so that nothing but the request is timed."""

    kind: str
    api: Api
    method: str
    path: str
    wanted: int
    right: Callable[[Any], bool]
    body: bytes = b""
    answer: http.Response | None = None

    def ask(self, within_s: float = ANSWER_S) -> None:
        """Makes the request; ``Unanswered`` if there is no complete answer in that time."""
        headers = {**self.api.headers, "Content-Type": "application/json"} if self.body else self.api.headers
        try:
            self.answer = self.api.server.request(self.method, ROOT + self.path, headers, self.body, timeout_s=within_s)
        except (ConnectionError, TimeoutError):
            raise Unanswered(f"{self._named} gave no complete answer within {within_s:g} s.") from None

    def check(self) -> None:
        """``Unfit`` if the answer is not what it has to be."""
        assert self.answer is not None
        if self.answer.status_code != self.wanted:
            raise Unfit(f"{self._named} answered {self.answer.status_code} where {self.wanted} was expected.")
        try:
            right = self.right(json.loads(self.answer.text) if self.answer.body else None)
        except (ValueError, KeyError, TypeError, IndexError, RecursionError):
            right = False
        if not right:
            raise Unfit(f"{self._named} answered {self.answer.status_code} with something else than what is there.")

    @property
    def _named(self) -> str:
        return f"{self.method} {ROOT}{self.path}"


def visit(
    kind: str,
    api: Api,
    method: str,
    path: str,
    wanted: int,
    right: Callable[[Any], bool],
    body: Mapping[str, Any] | None = None,
) -> Visit:
    """A request with a body of JSON, or none; ``right`` is given the value of an answer with the status ``wanted``."""
    return Visit(kind, api, method, path, wanted, right, json.dumps(body).encode() if body else b"")


@dataclass(slots=True)
class Visitor:
    """A contributor, who writes, and an editor; what they wrote so far, the latest last, is what answers have to show.

    ``published`` are posts that are out, ``titles`` those of posts that a list has shown, by id. ``largest`` is
    the longest body of an answer so far, in bytes, and the kind of its request.
    """

    contributor: Api
    editor: Api
    random: Random
    published: list[int]
    titles: dict[int, str] = field(default_factory=dict)
    posts: dict[int, str] = field(default_factory=dict)
    comments: dict[int, tuple[int, str]] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)
    largest: tuple[int, str] = (0, "")

    def stock(self) -> None:
        """Writes a few posts and comments, so that there is always something to change and to delete."""
        for _ in range(_STOCK):
            for make in (self._create_post, self._create_comment):
                self._done(make())

    def visits(self) -> Iterator[Visit]:
        """One of each kind, in an order that is drawn; each is to be asked and checked before the next is taken."""
        kinds = self._kinds()
        self.random.shuffle(kinds)
        for kind in kinds:
            drawn = kind()
            yield drawn
            if drawn.answer:
                self.largest = max(self.largest, (len(drawn.answer.body), drawn.kind))

    def look_again(self) -> None:
        """Reads, as the other user, what was changed last and what was deleted."""
        post, body = self.random.choice(list(self.posts.items()))
        self._done(visit("", self.editor, "GET", f"/posts/{post}/", 200, lambda o: o["body"] == body))
        comment, (_, text) = self.random.choice(list(self.comments.items()))
        self._done(visit("", self.editor, "GET", f"/comments/{comment}/", 200, lambda o: o["body"] == text))
        while self.gone:
            self._done(visit("", self.editor, "GET", self.gone.pop(), 404, lambda problem: True))

    def _done(self, visit: Visit) -> None:
        visit.ask()
        visit.check()

    def _kinds(self) -> list[Callable[[], Visit]]:
        lists = [self._list_posts, self._list_posts, self._list_comments, self._list_of_post]
        reads: list[Callable[[], Visit]] = [self._read_post, self._read_own]
        writes = [self._create_post, self._create_comment, self._update_post, self._update_comment]
        return [*lists, *reads, *writes, self._delete_post, self._delete_comment]

    def _somebody(self) -> Api:
        return self.random.choice((self.contributor, self.editor))

    def _list_posts(self) -> Visit:
        """The first page, with the post that was written last on top, or any other."""
        page, newest = self.random.choice((1, self.random.randrange(2, 20))), list(self.posts)[-1]

        def right(said: Any) -> bool:
            rows = said["results"]
            self.titles |= {int(row["id"]): row["title"] for row in rows if row["status"] == "published"}
            return len(rows) == _PAGE and (page > 1 or rows[0]["id"] == newest)

        return visit("GET /posts/", self._somebody(), "GET", f"/posts/?page={page}", 200, right)

    def _list_comments(self) -> Visit:
        newest = list(self.comments)[-1]
        right = lambda said: len(said["results"]) == _PAGE and said["results"][0]["id"] == newest  # noqa: E731
        return visit("GET /comments/", self._somebody(), "GET", "/comments/", 200, right)

    def _list_of_post(self) -> Visit:
        newest, (post, _) = list(self.comments.items())[-1]

        def right(said: Any) -> bool:
            return said["results"][0]["id"] == newest and all(row["post"] == post for row in said["results"])

        return visit("GET /comments/?post=", self._somebody(), "GET", f"/comments/?post={post}", 200, right)

    def _read_post(self) -> Visit:
        """One that a list has shown, or one that is known to be out."""
        post = self.random.choice(list(self.titles) or self.published)

        def right(said: Any) -> bool:
            return bool(said["id"] == post and said["title"] == self.titles.get(post, said["title"]))

        return visit("GET /posts/{id}/", self._somebody(), "GET", f"/posts/{post}/", 200, right)

    def _read_own(self) -> Visit:
        post, body = self.random.choice(list(self.posts.items()))
        right = lambda said: said["body"] == body  # noqa: E731
        return visit("GET /posts/{id}/", self._somebody(), "GET", f"/posts/{post}/", 200, right)

    def _create_post(self) -> Visit:
        values = {"title": self.editor.phrase(5), "body": self.editor.phrase(120)}

        def right(said: Any) -> bool:
            self.posts[int(said["id"])] = values["body"]
            return bool(said["title"] == values["title"] and said["body"] == values["body"])

        return visit("POST /posts/", self.contributor, "POST", "/posts/", 201, right, values)

    def _create_comment(self) -> Visit:
        post, body = self.random.choice(self.published), self.editor.phrase(30)

        def right(said: Any) -> bool:
            self.comments[int(said["id"])] = post, body
            return bool(said["post"] == post and said["body"] == body)

        values = {"post": post, "body": body}
        return visit("POST /comments/", self.contributor, "POST", "/comments/", 201, right, values)

    def _update_post(self) -> Visit:
        post, body = self.random.choice(list(self.posts)), self.editor.phrase(120)

        def right(said: Any) -> bool:
            self.posts[post] = body
            return bool(said["body"] == body)

        return visit("PATCH /posts/{id}/", self._somebody(), "PATCH", f"/posts/{post}/", 200, right, {"body": body})

    def _update_comment(self) -> Visit:
        comment, body = self.random.choice(list(self.comments)), self.editor.phrase(30)

        def right(said: Any) -> bool:
            self.comments[comment] = self.comments[comment][0], body
            return bool(said["body"] == body)

        path = f"/comments/{comment}/"
        return visit("PATCH /comments/{id}/", self._somebody(), "PATCH", path, 200, right, {"body": body})

    def _delete_post(self) -> Visit:
        return self._delete("posts", self.posts)

    def _delete_comment(self) -> Visit:
        return self._delete("comments", self.comments)

    def _delete(self, kind: str, known: dict[int, Any]) -> Visit:
        """The oldest of what was written here."""
        oldest = next(iter(known))
        del known[oldest]
        self.gone.append(f"/{kind}/{oldest}/")
        return visit(
            f"DELETE /{kind}/{{id}}/", self._somebody(), "DELETE", f"/{kind}/{oldest}/", 204, lambda said: said is None
        )
