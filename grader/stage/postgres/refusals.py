"""What PostgreSQL says instead of an answer, as the outcome of a check.

Its message, and the name of the constraint, may be any text that a trigger of the project puts there, the statement of
the trusted side too. So a hidden check tells the kind of error by its SQLSTATE, and nothing else.
"""

import re
from typing import NoReturn

from grader.domain.words import bounded
from grader.sandbox.services.conversation import ServerError
from grader.stage.database import STATES
from grader.stage.outcome import Failed, Refused

_NAME = re.compile(r"[\w$-]{1,63}", re.ASCII)
_IMPATIENT = {"57014", "55P03", "57P01"}
_ABSENT = {"42P01", "42703", "3F000"}
_STATES = {
    "42501": "permission denied",
    "42P01": "there is no such table",
    "42703": "there is no such column",
    "25006": "the transaction may only read",
    "53300": "too many connections",
    "54001": "functions call each other too deeply",
}
_CLASSES = {
    "0A": "that is not supported",
    "22": "the value does not fit its column",
    "25": "the transaction cannot go on",
    "2F": "a function failed",
    "38": "a function failed",
    "39": "a function failed",
    "40": "the transaction was rolled back",
    "42": "the statement does not fit the schema",
    "53": "it has no more room",
    "54": "a limit was exceeded",
    "55": "what is asked for is in use",
    "57": "it was interrupted",
    "P0": "a function of the project raised an exception",
}


def waiting() -> Failed:
    """The database did not answer in time."""
    return Failed("the database to answer within 10 s", "it was still waiting")


def flooding(table: str = "") -> Failed:
    """The database answered with more than any check reads."""
    return Failed("as many rows as the check has written", f"{table or 'the database'} holds or says far more")


def identifier(name: str) -> str:
    """The name, if a constraint can be called so and it may be shown; else nothing."""
    return name if _NAME.fullmatch(name) else ""


def refuse(error: ServerError, *, public: bool) -> NoReturn:
    """Raises what an error of the server means."""
    if error.state.startswith("23"):
        raise Refused(STATES.get(error.state, "other"), identifier(error.constraint or error.column))
    if error.state in _IMPATIENT:
        raise waiting()
    reason = _STATES.get(error.state) or _CLASSES.get(error.state[:2]) or "it failed"
    if public and error.message:
        reason = f"{reason}: {bounded(error.message, 200)}"
    expected = (
        "tables and columns as the brief names them" if error.state in _ABSENT else "the database to carry it out"
    )
    raise Failed(expected, f"the database says: {reason}")
