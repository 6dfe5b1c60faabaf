# FILE SOLUTION 05
"""Structured logging: JSON with correlation ids, and with secrets masked."""

import logging
import re
from typing import Any

import structlog
from opentelemetry import trace
from structlog.types import EventDict, Processor

from core import request_id

MASK = "***"
SECRET_NAMES = re.compile(
    r"password|passwd|secret|token|authorization|cookie|session|api_?key|dsn|credential"
    r"|signing_key|csrf",
    re.IGNORECASE,
)
# Secrets by their looks, wherever they stand: what gunicorn quotes of a request that it does not
# understand, JSON web tokens, what follows Bearer or Basic, passwords in the address of a service,
# and the query of any address.
SECRET_LOOKS = (
    (re.compile(r"(Invalid request from ip=\S*): .*", re.DOTALL), rf"\1: {MASK}"),
    (re.compile(r"eyJ[\w-]{5,}\.[\w-]+\.[\w-]*"), MASK),
    (re.compile(r"\b(Bearer|Basic)\s+[\w.~+/=-]+", re.IGNORECASE), rf"\1 {MASK}"),
    (re.compile(r"(\w+://[^\s:/@]*):[^\s@/]+@"), rf"\1:{MASK}@"),
    (re.compile(r"(/[^\s?'\"]*\?)[^\s'\"]+"), rf"\1{MASK}"),
)


def hidden(value: Any) -> Any:
    """The value without secrets: by the names they have in mappings, by their looks in texts."""
    match value:
        case str():
            for looks, instead in SECRET_LOOKS:
                value = looks.sub(instead, value)
            return value
        case dict():
            return {
                name: MASK if SECRET_NAMES.search(str(name)) else hidden(held)
                for name, held in value.items()
            }
        case list() | tuple() | set() | frozenset():
            return [hidden(held) for held in value]
        case _:
            return value


def hide_secrets(_: Any, __: str, event: EventDict) -> EventDict:
    """The last thing that is done to a line."""
    cleaned: EventDict = hidden(dict(event))
    return cleaned


def add_ids(_: Any, __: str, event: EventDict) -> EventDict:
    """The request on behalf of which this is done, and the trace that it is in."""
    if current := request_id.current():
        event.setdefault("request_id", current)
    span = trace.get_current_span().get_span_context()
    if span.is_valid:
        event["trace_id"] = trace.format_trace_id(span.trace_id)
    return event


COMMON: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    add_ids,
]


class Formatter(structlog.stdlib.ProcessorFormatter):
    """For a handler of the standard library: everybody's lines look alike, Django's too."""

    def __init__(self, *, as_json: bool = True) -> None:
        renderer: Processor = (
            structlog.processors.JSONRenderer(default=str)
            if as_json
            else structlog.dev.ConsoleRenderer(colors=False)
        )
        super().__init__(
            foreign_pre_chain=COMMON,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                hide_secrets,
                renderer,
            ],
        )


structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        *COMMON,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=True,
)


def level_of(status: int) -> int:
    """How loud a line about an answer is."""
    return logging.ERROR if status >= 500 else logging.INFO
