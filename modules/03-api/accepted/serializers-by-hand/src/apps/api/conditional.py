"""ETags: a digest of what a GET shows, so that they differ exactly when that does.

`updated_at` would not do: a post shows the names of its author, category and tags, and a row can be
changed by plain SQL.
"""

import hashlib
import json
from typing import Any

from api.problems import PreconditionFailed
from django.utils.http import parse_etags
from rest_framework.request import Request
from rest_framework.response import Response


def etag_of(data: Any) -> str:
    """The strong ETag of a representation."""
    text = json.dumps(data, sort_keys=True, default=str)
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:40]}"'


def answer(request: Request, data: Any) -> Response:
    """200 with the ETag, or 304 if the caller has it already."""
    etag = etag_of(data)
    headers = {"ETag": etag}
    asked = request.headers.get("If-None-Match")
    if asked is not None:
        known = {tag.removeprefix("W/") for tag in parse_etags(asked)}
        if "*" in known or etag in known:
            response = Response(status=304, headers=headers)
            response.content_type = "application/json"
            return response
    return Response(data, headers=headers)


def has_condition(request: Request) -> bool:
    """Whether If-Match has to be compared at all."""
    asked = request.headers.get("If-Match")
    return asked is not None and asked.strip() != "*"


def require_match(request: Request, data: Any) -> None:
    """412 unless If-Match names the present representation. Weak tags never match."""
    if etag_of(data) not in parse_etags(request.headers.get("If-Match", "")):
        raise PreconditionFailed
