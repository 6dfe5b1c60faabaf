"""Statements that the project itself carries out, on its own connection."""

import re
from collections.abc import Callable
from typing import Any

from grader.agent.client import of_type
from grader.agent.raised import Raised
from grader.checkpoint.kit.remote import encoded
from grader.stage.database import Execute, refusal
from grader.stage.outcome import Failed

_ABSENT = re.compile(r"no such (table|column)|has no column named|does not exist")


def agent_statements(ask: Callable[..., Any]) -> Execute:
    """Statements on the project's own connection: for SQLite and for the fast mode, which are never official."""

    def execute(statement: str, params: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        try:
            rows = of_type(list, ask("sql", statement=statement, params=encoded(list(params))))
            return [of_type(tuple, row) for row in rows]
        except Raised as raised:
            if raised.is_a("django.db.utils.IntegrityError"):
                raise refusal(raised) from raised
            if _ABSENT.search(raised.message):
                seen = "the database has no such table or column"
                raise Failed("tables and columns as the brief names them", seen) from raised
            raise

    return execute
