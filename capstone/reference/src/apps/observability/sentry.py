# FILE SOLUTION 05
"""Errors for Sentry: where and why, never whose and never what they sent."""

from typing import Any

import sentry_sdk
from django.conf import settings
from sentry_sdk.integrations.celery import CeleryIntegration
from sentry_sdk.integrations.django import DjangoIntegration
from sentry_sdk.integrations.logging import ignore_logger
from sentry_sdk.types import DataCollectionUserOptions, Event, Hint

from core import request_id
from observability.logs import hidden

# Of a request only these leave us.
KEPT = ("method", "url")
# What Sentry's own integrations collect: nothing of people, and no values.
COLLECTED: DataCollectionUserOptions = {
    "user_info": False,
    "cookies": {"mode": "off"},
    "http_headers": {"request": {"mode": "off"}},
    "http_bodies": [],
    "url_query_params": {"mode": "off"},
    "database_query_data": False,
    "queues": False,
    "stack_frame_variables": False,
}


def start() -> None:
    """Report from now on."""
    # A line about an answer: what went wrong is reported by itself.
    ignore_logger("request")
    # A strange Host gets 400: anybody can send one, as often as they like.
    ignore_logger("django.security.DisallowedHost")
    sentry_sdk.init(
        dsn=settings.SENTRY_DSN,
        environment=settings.SENTRY_ENVIRONMENT,
        release=settings.SENTRY_RELEASE or None,
        traces_sample_rate=settings.SENTRY_TRACES_SAMPLE_RATE,
        data_collection=COLLECTED,
        before_send=scrubbed,
        before_send_transaction=scrubbed,
        before_breadcrumb=lambda crumb, _: hidden(crumb),
        integrations=[DjangoIntegration(), CeleryIntegration()],
        # Only what is named: an integration that appears with a package is a decision.
        auto_enabling_integrations=False,
    )


def scrubbed(event: Event, _: Hint) -> Event:
    """The event without headers, cookies, queries, bodies, arguments, and secrets.

    `extra` is what integrations and log records carry along: arguments of tasks and of commands,
    requests with their addresses.
    """
    request: dict[str, Any] = event.get("request") or {}
    event["request"] = {name: request[name] for name in KEPT if name in request}
    event.pop("user", None)
    event.pop("extra", None)
    if current := request_id.current():
        event["tags"] = {**(event.get("tags") or {}), "request_id": current}
    cleaned: Event = hidden(event)
    return cleaned
