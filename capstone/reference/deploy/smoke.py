# FILE SOLUTION 06
"""Smoke test: ask what runs what an anonymous client would."""

import http.client
import json
import os
import time
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urlsplit

from deploy.errors import UsageError

ASK_SECONDS = 10
LOOK_SECONDS = 0.2


class Expected(NamedTuple):
    """How a path is answered: the status, and what its type begins with."""

    path: str
    status: int
    kind: str


EXPECTED = (
    Expected("/live", 200, "application/json"),
    Expected("/healthz", 200, "application/json"),
    Expected("/api/v1/posts/", 200, "application/json"),
    Expected("/api/v1/nothing-here/", 404, "application/problem+json"),
    Expected("/admin/login/", 200, "text/html"),
    Expected("/static/admin/css/base.css", 200, "text/css"),
)


def complaints(url: str, *, host: str = "") -> list[str]:
    """What is wrong with what runs at `url`; empty if it is well.

    It may take SMOKE_SECONDS (60) to come up. `host` is the name to ask for, else the URL's.
    Raises UsageError where the URL is none.
    """
    seconds = _seconds()
    deadline = time.monotonic() + seconds
    while (status := _ask(url, "/healthz", host)[0]) != 200:
        if time.monotonic() > deadline:
            said = f"answers {status}" if status else "does not answer"
            return [f"{url} did not come up within {seconds:g} s: /healthz {said}"]
        time.sleep(LOOK_SECONDS)
    return list(_wrong(url, host))


def _wrong(url: str, host: str) -> Iterator[str]:
    for path, status, kind in EXPECTED:
        seen, seen_kind, body = _ask(url, path, host)
        if (seen, seen_kind.startswith(kind)) != (status, True):
            yield f"{path} answered {seen} {seen_kind} instead of {status} {kind}"
        elif kind.endswith("json") and not _is_object(body):
            yield f"{path} answered what is no JSON object"


def _seconds() -> float:
    given = os.environ.get("SMOKE_SECONDS") or "60"
    try:
        return float(given)
    except ValueError:
        raise UsageError(f"SMOKE_SECONDS is {given!r}: give a number.") from None


def _ask(url: str, path: str, host: str) -> tuple[int, str, bytes]:
    """Status, type and body; 0 where nothing comes."""
    try:
        parts = urlsplit(url)
        kind = {
            "http": http.client.HTTPConnection,
            "https": http.client.HTTPSConnection,
        }
        connection = kind[parts.scheme](
            parts.hostname or "", parts.port, timeout=ASK_SECONDS
        )
    except (ValueError, KeyError, http.client.InvalidURL):
        raise UsageError(
            f"{url!r} is no address: give http://… or https://…."
        ) from None
    # As the proxy says it, before which nobody stands here: without it the answer is a redirect.
    headers = {"X-Forwarded-Proto": "https", **({"Host": host} if host else {})}
    try:
        connection.request("GET", parts.path.rstrip("/") + path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.getheader("Content-Type", ""), answer.read()
    except (OSError, http.client.HTTPException):
        return 0, "", b""
    finally:
        connection.close()


def _is_object(body: bytes) -> bool:
    try:
        return isinstance(json.loads(body), dict)
    except ValueError:
        return False
