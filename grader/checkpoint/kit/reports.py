"""Error reports as they were posted to a Sentry server: the events in its envelopes."""

from typing import Any

from grader.agent.scan import BODY, BadReply, load
from grader.domain.words import bounded
from grader.stage.outcome import Failed


def events_of(body: bytes) -> list[dict[str, Any]]:
    """The events of one envelope: a header, then for each item a header with its type and length, and the payload.

    Fails the check if it is none.
    """
    found, (_, _, rest) = [], body.partition(b"\n")
    while rest.strip():
        line, _, rest = rest.partition(b"\n")
        header = _object(line)
        length = header.get("length")
        if type(length) is int and 0 <= length <= len(rest):
            payload, rest = rest[:length], rest[length:].removeprefix(b"\n")
        else:  # without a length the payload ends with its line
            payload, _, rest = rest.partition(b"\n")
        if header.get("type") == "event":
            found.append(_object(payload))
    return found


def _object(text: bytes) -> dict[str, Any]:
    try:
        found = load(text, BODY)
    except BadReply:
        found = None
    if not isinstance(found, dict):
        raise Failed("envelopes of Sentry below `/api/`", bounded(text.decode("utf-8", "replace"), 200))
    return found
