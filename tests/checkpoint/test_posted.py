"""Spans and error reports as they are posted: what is read of them, and what a project cannot make of the reader."""

import pytest

from grader.checkpoint.kit.reports import events_of
from grader.checkpoint.kit.spans import Span, spans_of
from grader.stage.outcome import Failed


def field(number: int, value: bytes | int) -> bytes:
    """One field of a protobuf message, short enough for lengths of a byte."""
    if isinstance(value, int):
        return bytes((number << 3, value))
    return bytes((number << 3 | 2, len(value))) + value


RESOURCE = field(1, field(1, field(1, b"service.name") + field(2, field(1, b"shop"))))
SPAN = field(1, b"\x01" * 16) + field(2, b"\x02" * 8) + field(5, b"GET posts") + field(6, 2)
CHILD = field(1, b"\x01" * 16) + field(2, b"\x03" * 8) + field(4, b"\x02" * 8) + field(5, b"SELECT") + field(6, 3)


def posted(*spans: bytes) -> bytes:
    return field(1, RESOURCE + field(2, b"".join(field(2, span) for span in spans)))


def test_spans_with_parent_kind_and_service() -> None:
    assert spans_of(posted(SPAN, CHILD)) == [
        Span("01" * 16, "02" * 8, "", "GET posts", "SERVER", "shop"),
        Span("01" * 16, "03" * 8, "02" * 8, "SELECT", "CLIENT", "shop"),
    ]


def test_what_is_not_asked_for_is_skipped() -> None:
    more = bytes((9 << 3 | 1, *range(8))) + bytes((10 << 3 | 5, *range(4))) + field(9, b"x") + field(6, 99)
    assert [span.kind for span in spans_of(posted(field(5, b"a") + more))] == [""]
    assert spans_of(b"") == []


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"\x0a\x7f", id="longer-than-it-is"),
        pytest.param(b"\x0b", id="a-group"),
        pytest.param(b"\x08" + b"\xff" * 20, id="a-number-without-end"),
        pytest.param(b"\x08", id="cut"),
        pytest.param(b'{"resourceSpans": []}', id="json"),
    ],
)
def test_what_is_no_message_fails_the_check_and_not_the_grader(body: bytes) -> None:
    with pytest.raises(Failed):
        spans_of(body)


EVENT = b'{"event_id": "1", "level": "error"}'


@pytest.mark.parametrize(
    ("items", "number"),
    [
        pytest.param(b'{"type": "event", "length": %d}\n%s' % (len(EVENT), EVENT), 1, id="by-its-length"),
        pytest.param(b'{"type": "event"}\n%s\n' % EVENT, 1, id="by-its-line"),
        pytest.param(b'{"type": "session"}\n{}\n{"type": "event"}\n%s\n' % EVENT, 1, id="another-kind-before"),
        pytest.param(b'{"type": "attachment", "length": 4}\n\n{x\n\n{"type": "event"}\n%s' % EVENT, 1, id="any-bytes"),
        pytest.param(b"", 0, id="none"),
    ],
)
def test_the_events_of_an_envelope(items: bytes, number: int) -> None:
    assert events_of(b'{"event_id": "1"}\n' + items) == [{"event_id": "1", "level": "error"}] * number


def test_an_envelope_of_many_items_is_read_once() -> None:
    """Half a million of them: a reader that copied the rest for each would not come to an end."""
    assert events_of(b"{}\n" + b"{}\n" * 1_000_000 + b'{"type": "event"}\n%s' % EVENT) == [
        {"event_id": "1", "level": "error"}
    ]


@pytest.mark.parametrize(
    "items",
    [
        pytest.param(b"x\n{}\n", id="no-header"),
        pytest.param(b'{"type": "event"}\n[]\n', id="no-object"),
        pytest.param(b'{"type": "event"}\n' + b'{"a":' * 100_000, id="deep"),
    ],
)
def test_what_is_no_envelope_fails_the_check_and_not_the_grader(items: bytes) -> None:
    with pytest.raises(Failed):
        events_of(b"{}\n" + items)
