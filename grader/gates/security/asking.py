"""Requests to the served application, as a browser would send them, within a time for all of them together."""

import shlex
import time
from collections.abc import Iterator, Mapping
from random import Random

from grader.domain.findings import Finding, Severity
from grader.gates.security.exchange import AGENT, curl, found
from grader.gates.security.headers import Answer
from grader.sandbox.http import Response
from grader.sandbox.server import ApplicationServer
from grader.stage.users import HTTPS

ANSWER_S, MOST_S = 10.0, 150.0
# What scanners and load tools call themselves, and what says nothing.
_TOOLS = ("Mozilla/5.0 (Wapiti/3.3)", "schemathesis/4.32", "")
_DEFENCES = ("content-security-policy", "x-content-type-options", "x-frame-options", "strict-transport-security")
_MOST_COMPARED = 12
_TOO_MANY = 429


class Asking:
    """Asks until the time is over; then nothing is asked any more. It counts the time of its own requests only."""

    def __init__(self, server: ApplicationServer) -> None:
        self._server, self._spent_s = server, 0.0

    def is_late(self) -> bool:
        """Whether the time is over."""
        return self._spent_s > MOST_S

    def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Response | None:
        """What comes; nothing where it is no answer."""
        if self.is_late():
            return None
        given, began = {"User-Agent": AGENT, "Accept": "*/*", **HTTPS, **headers}, time.monotonic()
        try:
            return self._server.request(method, path, given, body, timeout_s=ANSWER_S)
        except (ConnectionError, TimeoutError, ValueError):
            return None
        finally:
            self._spent_s += time.monotonic() - began


def answers_of_each_kind(asking: Asking, paths: tuple[str, ...], random: Random) -> Iterator[Answer]:
    """Pages, redirects, refusals, nothing there, a method that is none, a preflight."""
    missing = f"/{random.getrandbits(48):012x}/"
    wanted = [("GET", path) for path in (*paths, missing)]
    wanted += [("DELETE", "/"), ("POST", "/admin/login/"), ("OPTIONS", paths[0])]
    for method, path in wanted:
        if response := asking.send(method, path, {}, b""):
            yield Answer(f"{method} {path}", response)


def told_apart(asking: Asking, paths: tuple[str, ...]) -> tuple[list[Answer], list[Finding]]:
    """What tools are answered on these paths, and a finding where it is something else than a browser is answered."""
    answers: list[Answer] = []
    for path in paths[:_MOST_COMPARED]:
        usual = asking.send("GET", path, {}, b"")
        for agent in _TOOLS:
            other = asking.send("GET", path, {"User-Agent": agent}, b"")
            if usual is None or other is None:
                continue
            answers.append(Answer(f"GET {path} as {agent or 'no browser'}", other))
            if _differs(asking, path, usual, other):
                return answers, [_different(path, agent, usual, other)]
    return answers, []


def _differs(asking: Asking, path: str, usual: Response, other: Response) -> bool:
    """Whether it is the agent: a limit of rates, or an answer that changes by itself, is something else."""
    if _TOO_MANY in (usual.status_code, other.status_code) or _outline(usual) == _outline(other):
        return False
    again = asking.send("GET", path, {}, b"")
    return again is not None and _outline(again) == _outline(usual)


def _outline(answer: Response) -> tuple[object, ...]:
    return answer.status_code, *(bool(answer.header(name)) for name in _DEFENCES)


def _different(path: str, agent: str, usual: Response, other: Response) -> Finding:
    message = (
        f"GET {path} is answered with {other.status_code} and other headers for the user agent {agent or 'none'!r}"
        f" than for a browser, which gets {usual.status_code}."
    )
    remedy = "Answer everybody alike: what a scanner is shown says nothing of what browsers get."
    return found(
        "told-apart", Severity.MEDIUM, message, remedy, 807, f"{curl('GET', path, {})} -A {shlex.quote(agent)}"
    )
