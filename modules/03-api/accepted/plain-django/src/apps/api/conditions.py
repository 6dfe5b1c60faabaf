"""Answers, their ETags, and what requests say about those."""

import hashlib
import json
from typing import Any

from api.problems import Problem
from django.http import HttpRequest, HttpResponse
from django.utils.http import parse_etags


def encode(data: Any) -> bytes:
    """The bytes of an answer; equal for equal data."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


def etag(content: bytes) -> str:
    """A strong tag of the content."""
    return f'"{hashlib.sha256(content).hexdigest()[:40]}"'


def respond(request: HttpRequest, data: Any, *, status: int = 200, location: str = "") -> HttpResponse:
    """JSON with its tag; 304 to a GET that has it already."""
    content = encode(data)
    tag = etag(content)
    if status == 200 and request.method in {"GET", "HEAD"}:
        known = request.headers.get("If-None-Match")
        if known is not None:
            tags = {one.removeprefix("W/") for one in parse_etags(known)}
            if tag in tags or "*" in tags:
                return HttpResponse(status=304, headers={"ETag": tag})
    headers = {"ETag": tag}
    if location:
        headers["Location"] = location
    return HttpResponse(content, status=status, content_type="application/json", headers=headers)


def require_match(request: HttpRequest, data: Any) -> None:
    """412 unless If-Match, where there is one, names what a GET gives now."""
    wanted = request.headers.get("If-Match")
    if wanted is None:
        return
    tags = parse_etags(wanted)
    if tags != ["*"] and etag(encode(data)) not in tags:
        raise Problem(
            412,
            "precondition_failed",
            "It has been changed since; read it again before you change it.",
        )
