"""A request to a server of the submission as it was sent, and its answer, which says itself what is wrong with it."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from grader.checkpoint.kit.http import Response
from grader.domain.words import bounded, words
from grader.stage.outcome import Failed

PROBLEM = "application/problem+json"
_MEMBERS = {"type": str, "title": str, "status": int, "detail": str, "instance": str, "code": str}
_LONGEST_PATH = 120  # characters: a path with a thousand parameters says no more than its beginning


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it was sent, without what only shows who asks."""

    method: str
    path: str
    who: str
    headers: Mapping[str, str]
    body: bytes
    csrf: bool = True

    def __str__(self) -> str:
        return f"{self.method} {bounded(self.path, _LONGEST_PATH)} as {self.who}"

    def curl(self) -> str:
        """The command that sends the same to a server of the learner's own."""
        parts = ["curl", *(["-I"] if self.method == "HEAD" else ["-X", self.method] if self.method != "GET" else [])]
        parts.append(shlex.quote(f"http://localhost:8000{bounded(self.path, _LONGEST_PATH)}"))
        if self.who != "anonymous":
            token = " -H 'X-CSRFToken: T'" if self.csrf else ""
            parts.append(f"-b '(session of {self.who}); csrftoken=T'{token}")
        parts += [f"-H {shlex.quote(f'{name}: {value}')}" for name, value in self.headers.items()]
        if self.body:
            parts.append(f"-d {shlex.quote(bounded(self.body.decode('utf-8', errors='replace'), 200))}")
        return " ".join(parts)


@dataclass(frozen=True)
class Answer(Response):
    """An answer, with the request that it is for."""

    asked: Asked

    def expect(self, *statuses: int, because: str = "") -> Self:
        """This answer; fails the check if its status is none of these."""
        if self.status_code not in statuses:
            wanted = " or ".join(map(str, statuses))
            raise Failed(f"{wanted} for {self.asked}{f': {because}' if because else ''}", str(self.status_code))
        return self

    def object(self) -> dict[str, Any]:
        """The body as a JSON object; fails the check if it is none."""
        value = self.json()
        if not isinstance(value, dict):
            raise Failed(f"a JSON object for {self.asked}", words(value))
        return value

    def problem(self, *statuses: int) -> dict[str, Any]:
        """The body as a problem document, with one of these statuses; fails the check if it is not one."""
        self.expect(*(statuses or (self.status_code,)))
        kind = self.header("Content-Type").partition(";")[0].strip().lower()
        if kind != PROBLEM:
            raise Failed(f"{PROBLEM} for {self.asked} ({self.status_code})", f"Content-Type {words(kind)}")
        found = self.object()
        for name, of in _MEMBERS.items():
            if type(found.get(name)) is not of:
                raise Failed(f"`{name}` as {_KINDS[of]} in the problem for {self.asked}", words(found.get(name)))
        path = self.asked.path.partition("?")[0]
        expected = {"status": int(self.status_code), "instance": path}
        for name, value in expected.items():
            if found[name] != value:
                raise Failed(f"`{name}` {words(value)} in the problem for {self.asked}", words(found[name]))
        if not found["code"]:
            raise Failed(f"a `code` in the problem for {self.asked}", "an empty text")
        return found


_KINDS = {str: "a text", int: "a number"}
