"""Answers one question: with a value, or with what was raised."""
# mypy: ignore-errors

from . import state
from .errors import serialize_exception
from .values import encode


def answer(question):
    """Carries out one operation and replies with its value, or with what it raised."""
    try:
        outcome = {"ok": encode(state.OPS[question["op"]](**question.get("with", {})))}
    except BaseException as error:  # SystemExit and KeyboardInterrupt are a project's doing, too
        outcome = {"raised": serialize_exception(error)}
    state.AGENT.reply(question["id"], **outcome)
