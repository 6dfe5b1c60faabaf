"""Conditional requests (RFC 9110): what an object's ETag is, and whether a header has it."""

import hashlib
import re
from collections.abc import Iterator

_ELEMENT = re.compile(r'[ \t]*((?:W/)?"[^"]*"|[^,]*?)[ \t]*(?:,|\Z)')


def etag_of(content: bytes) -> str:
    """The strong ETag of an answer with this content."""
    return f'"{hashlib.sha256(content).hexdigest()[:40]}"'


def _elements(header: str) -> Iterator[str]:
    position = 0
    while position < len(header) and (found := _ELEMENT.match(header, position)):
        yield found[1]
        position = found.end()
        if found.end() == found.start():
            return


def allows_change(if_match: str | None, etag: str) -> bool:
    """Whether an If-Match lets a change of the object with this ETag through."""
    return if_match is None or if_match.strip() == "*" or etag in _elements(if_match)


def is_known(if_none_match: str | None, etag: str) -> bool:
    """Whether whoever sent this If-None-Match has the content already."""
    if if_none_match is None:
        return False
    return if_none_match.strip() == "*" or any(
        element.removeprefix("W/") == etag for element in _elements(if_none_match)
    )
