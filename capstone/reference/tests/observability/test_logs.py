# FILE SOLUTION 05
"""What does not get into a line."""

import json
import logging
from typing import Any

import pytest

from config.celery import app
from core import request_id
from observability.logs import MASK, Formatter, hidden

TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ({"password": "x", "name": "ann"}, {"password": MASK, "name": "ann"}),
        ({"Set-Cookie": "x"}, {"Set-Cookie": MASK}),
        ([{"deep": {"JWT_SIGNING_KEY": "x"}}], [{"deep": {"JWT_SIGNING_KEY": MASK}}]),
        (f"got {TOKEN}!", f"got {MASK}!"),
        ("Authorization: Bearer abc.def", f"Authorization: Bearer {MASK}"),
        ("postgres://app:secret@db/app", f"postgres://app:{MASK}@db/app"),
        ("GET '/live?x=secret'", f"GET '/live?{MASK}'"),
        ("https://example.org/a/?b=secret&c=d e", f"https://example.org/a/?{MASK} e"),
        ("and/or? /? 7 ? 8", "and/or? /? 7 ? 8"),
        (
            "Invalid request from ip=127.0.0.1: Invalid HTTP Header: 'COOKIE A=SECRET'",
            f"Invalid request from ip=127.0.0.1: {MASK}",
        ),
        # Behind a Unix socket there is no address.
        (
            "Invalid request from ip=: Invalid HTTP Header: 'COOKIE A=SECRET'",
            f"Invalid request from ip=: {MASK}",
        ),
        (7, 7),
    ],
)
def test_secrets_are_hidden(value: Any, shown: Any) -> None:
    assert hidden(value) == shown


def test_a_line_is_one_json_object_with_its_request() -> None:
    record = logging.makeLogRecord(
        {"name": "x", "levelname": "INFO", "msg": "two\nlines %s", "args": (TOKEN,)}
    )
    with request_id.bind_request_id("an-id-of-a-test"):
        line = Formatter().format(record)
    assert "\n" not in line
    said = json.loads(line)
    assert said["event"] == f"two\nlines {MASK}"
    assert said["request_id"] == "an-id-of-a-test"


def test_a_worker_leaves_logging_as_the_settings_have_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Celery alone would set the root logger to what `--loglevel` says, and that is WARNING."""
    monkeypatch.setattr(app.log, "already_setup", False)
    monkeypatch.setattr(logging.root, "level", logging.INFO)
    app.log.setup_logging_subsystem(loglevel="WARNING")
    assert logging.root.level == logging.INFO
