"""The application that others are measured against. It runs in a sandbox of its own, and imports nothing of the grader.

Each answer costs what a page of a plain Django API costs: some Python, JSON both ways, and five statements.
"""

import json
import os
import threading
from collections.abc import Callable, Iterable
from typing import Any

import psycopg

_ROUND_TRIPS = 2_400
_ROW = {"id": 1, "title": "lantern harbour", "tags": ["copper", "willow"], "author": {"username": "ferry", "id": 7}}
_ROWS = "SELECT n, md5(n::text) FROM generate_series(1, 20) AS n"
_COUNTS = ("SELECT count(*) FROM generate_series(1, 1000) AS n",) * 4
_local = threading.local()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """A page of 20 rows, whatever was asked for."""
    row = dict(_ROW)
    for _ in range(_ROUND_TRIPS):
        row = json.loads(json.dumps(row))
    totals = [_connection().execute(statement).fetchall() for statement in _COUNTS]
    rows = _connection().execute(_ROWS)
    body = json.dumps(
        {"count": totals[0][0][0], "results": [{**row, "id": n, "slug": text} for n, text in rows]}
    ).encode()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


def _connection() -> Any:
    """One for each thread, kept."""
    if getattr(_local, "connection", None) is None:
        _local.connection = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)
    return _local.connection
