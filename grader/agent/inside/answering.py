"""Answers one question: with a value, or with what was raised."""

from __future__ import annotations

from .errors import serialize_exception

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .channel import Channel


def answer(
    channel: Channel, question: dict[str, Any], operate: Callable[[str, dict[str, Any]], Any], root: str
) -> None:
    """Replies with what ``operate`` gives for the question's operation and arguments, or with what it raises.

    Frames of an exception are those of files below ``root``.
    """
    try:
        outcome = {"ok": operate(question["op"], question.get("with", {}))}
    except BaseException as error:  # SystemExit and KeyboardInterrupt are a project's doing, too
        outcome = {"raised": serialize_exception(error, root)}
    channel.reply(question["id"], **outcome)
