"""Error reports as they were posted to a Sentry server: the events in its envelopes."""

from typing import Any

from grader.agent.scan import BODY, BadReply, load
from grader.domain.words import bounded
from grader.stage.outcome import Failed


def events_of(body: bytes) -> list[dict[str, Any]]:
    """The events of one envelope: a header, then for each item a header with its type and length, and the payload.

    Fails the check if it is none.
    """
    found, at, end = [], _end_of_line(body, 0) + 1, len(body.rstrip())
    while at < end:  # by places in the bytes: to cut them short item by item would copy them again and again
        after = _end_of_line(body, at)
        header = _object(body[at:after])
        at, length = after + 1, header.get("length")
        if type(length) is not int or not 0 <= length <= len(body) - at:
            length = _end_of_line(body, at) - at  # the payload ends with its line, then
        after = at + length
        if header.get("type") == "event":
            found.append(_object(body[at:after]))
        at = after + (body[after : after + 1] == b"\n")
    return found


def _end_of_line(body: bytes, start: int) -> int:
    end = body.find(b"\n", start)
    return end if end >= 0 else len(body)


def _object(text: bytes) -> dict[str, Any]:
    try:
        found = load(text, BODY)
    except BadReply:
        found = None
    if not isinstance(found, dict):
        raise Failed("envelopes of Sentry below `/api/`", bounded(text.decode("utf-8", "replace"), 200))
    return found
