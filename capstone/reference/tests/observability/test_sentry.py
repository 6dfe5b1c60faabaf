# FILE SOLUTION 05
"""What Sentry is told to collect."""

from typing import Any
from unittest.mock import patch

import sentry_sdk
from pytest_django.fixtures import Settings

from observability import sentry

SECRET = "hunter2-hunter2-hunter2"


def test_it_starts_without_a_warning_and_collects_nothing_of_people(
    settings: Settings,
) -> None:
    """pytest makes every warning an error: an option that goes away is noticed here."""
    settings.SENTRY_DSN = "http://public@127.0.0.1:1/1"
    given: dict[str, Any] = {}
    with patch("sentry_sdk.init", side_effect=given.update):
        sentry.start()
    with patch("sentry_sdk.client.setup_integrations", return_value={}):
        client = sentry_sdk.Client(**given)
    collected = client.options["data_collection"]
    assert collected["user_info"] is False
    assert collected["http_bodies"] == []
    assert collected["stack_frame_variables"] is False
    assert collected["database_query_data"] is False
    client.close(timeout=0)


def test_what_a_log_record_carries_along_is_not_reported() -> None:
    """Django attaches the request to its records, address and all; Sentry makes `extra` of it."""
    event = sentry.scrubbed({"extra": {"request": f"<GET {SECRET}>", "n": 1}}, {})
    assert SECRET not in str(event)
    assert "extra" not in event
