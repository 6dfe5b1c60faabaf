"""What Beat has sent: messages of Celery's, with the moment at which each was."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from grader.checkpoint.kit.log import json_object
from grader.domain.words import bounded
from grader.stage.outcome import Failed

if TYPE_CHECKING:
    from redis import Redis

_AT_ONCE = 100


@dataclass(frozen=True)
class Sent:
    """A message: ``at`` and ``expires`` are seconds, since Beat began and since it was sent; ``None``: it never does.

    ``message`` is as the transport stores it.
    """

    task: str
    queue: str
    at: float
    expires: float | None
    args: Any
    kwargs: Any
    message: bytes


def take(client: "Redis", queues: tuple[str, ...], *, began: float, now: float) -> Iterator[Sent]:
    """Takes all messages out of these queues, which Beat has sent ``now``, in seconds since 1970 as ``began``."""
    for queue in queues:
        while found := cast("list[bytes] | None", client.rpop(queue, _AT_ONCE)):
            for message in found:
                yield _read(message, queue, began, now)


def _read(message: bytes, queue: str, began: float, now: float) -> Sent:
    try:
        stored = json_object(message)
        headers = stored["headers"]
        args, kwargs, *_ = json_object(base64.b64decode(stored["body"], validate=True))
        return Sent(
            str(headers["task"]), queue, now - began, _seconds(headers.get("expires"), now), args, kwargs, message
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        said = bounded(message.decode("utf-8", "replace"), 200)
        raise Failed("messages as Celery's transport stores them", said) from None


def _seconds(expires: Any, now: float) -> float | None:
    if expires is None:
        return None
    moment = datetime.fromisoformat(expires)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - now
