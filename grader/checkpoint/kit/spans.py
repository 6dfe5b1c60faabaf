"""Spans as they were posted: the few fields of OTLP's protobuf messages that checks ask for, and nothing else.

A decoder of its own, since the bytes are the project's: every length is held against what is there, and nothing is
built but plain values.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from grader.stage.outcome import Failed

_KINDS = ("", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER")
_VARINT_BYTES = 10


@dataclass(frozen=True, slots=True)
class Span:
    """One span. ``parent_id`` is empty for one that has no parent; ``service`` is its resource's ``service.name``."""

    trace_id: str
    span_id: str
    parent_id: str
    name: str
    kind: str
    service: str


def spans_of(body: bytes) -> list[Span]:
    """The spans of one request (``ExportTraceServiceRequest``); fails the check if it is none."""
    try:
        return [
            _span(span, service)
            for of_resource in _all(body, 1)
            for service in [_service(of_resource)]
            for of_scope in _all(of_resource, 2)
            for span in _all(of_scope, 2)
        ]
    except (ValueError, IndexError):
        raise Failed("traces in OTLP's protobuf at `/v1/traces`", f"{len(body)} bytes that are none") from None


def _span(span: bytes, service: str) -> Span:
    number = next((value for field, value in _fields(span) if field == 6 and isinstance(value, int)), 0)
    kind = _KINDS[number] if number < len(_KINDS) else ""
    trace_id, span_id, parent_id = (_first(span, field).hex() for field in (1, 2, 4))
    return Span(trace_id, span_id, parent_id.strip("0") and parent_id, _text(_first(span, 5)), kind, service)


def _service(of_resource: bytes) -> str:
    """The attribute ``service.name`` of its resource."""
    for attribute in _all(_first(of_resource, 1), 1):
        if _first(attribute, 1) == b"service.name":
            return _text(_first(_first(attribute, 2), 1))
    return ""


def _text(found: bytes) -> str:
    return found.decode("utf-8", "replace")


def _all(message: bytes, wanted: int) -> list[bytes]:
    return [value for field, value in _fields(message) if field == wanted and isinstance(value, bytes)]


def _first(message: bytes, wanted: int) -> bytes:
    return next(iter(_all(message, wanted)), b"")


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Number and value of each field. Raises ``ValueError`` or ``IndexError`` where the bytes are no message."""
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        match tag & 7:
            case 0:
                value, at = _varint(message, at)
                yield tag >> 3, value
            case 1 | 2 | 5 as wire:
                size, at = _varint(message, at) if wire == 2 else ({1: 8, 5: 4}[wire], at)
                if size > len(message) - at:
                    raise ValueError
                yield tag >> 3, message[at : at + size]
                at += size
            case _:
                raise ValueError


def _varint(message: bytes, at: int) -> tuple[int, int]:
    """The number that begins there, and where the next thing begins."""
    value = 0
    for step in range(_VARINT_BYTES):
        byte = message[at + step]
        value |= (byte & 0x7F) << 7 * step
        if byte < 0x80:
            return value, at + step + 1
    raise ValueError
