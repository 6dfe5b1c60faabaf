"""Answers one question: with a value, or with what was raised."""
# mypy: ignore-errors

from . import state
from .errors import picture
from .values import encode


def answer(question):
    """Carries out one operation and replies with its value, or with what it raised."""
    try:
        outcome = {"ok": encode(state.OPS[question["op"]](**question.get("with", {})))}
    except BaseException as error:  # SystemExit and KeyboardInterrupt are a project's doing, too
        outcome = {"raised": picture(error)}
    state.AGENT.reply(question["id"], **outcome)
