# FILE SOLUTION 05
"""Logs, metrics, traces and error reports, as they leave the application."""

import json
import socket

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.operations.platform import Platform
from tests.servers.postgres import Postgres
from tests.servers.process import eventually
from tests.servers.sink import Sink

ID = "telemetry-of-a-test"
SECRET = "hunter2-hunter2-hunter2"


def spans(sink: Sink) -> list[Span]:
    """All that were received so far."""
    return [
        span
        for posted in sink.posted
        if posted.path == "/v1/traces"
        for resource in ExportTraceServiceRequest.FromString(posted.body).resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]


def lineage(span: Span, among: dict[bytes, Span]) -> list[str]:
    """The names from a span up to the root."""
    names = [span.name]
    while span.parent_span_id in among:
        span = among[span.parent_span_id]
        names.append(span.name)
    return names


def test_request_query_and_task_are_one_trace(platform: Platform, sink: Sink) -> None:
    post = platform.publish("Traced")
    sent = {"post": post, "body": SECRET}
    path = "/api/v1/comments/?page_size=7"
    assert platform.ask(path, by="editor", send=sent).status == 201

    def chains() -> list[list[str]]:
        among = {span.span_id: span for span in spans(sink)}
        return [lineage(span, among) for span in among.values()]

    def traced() -> bool:
        return any(
            chain[0].startswith(("SELECT", "UPDATE", "INSERT"))
            and "run/comments.tasks.publish_comment" in chain
            and "apply_async/comments.tasks.publish_comment" in chain
            and chain[-1].startswith("POST")
            for chain in chains()
        )

    eventually(traced)
    everything = b"".join(posted.body for posted in sink.posted)
    assert SECRET.encode() not in everything
    assert b"page_size=7" not in everything


def test_no_secret_is_logged(platform: Platform) -> None:
    password = {"username": "reader", "password": SECRET}
    platform.ask("/api/v1/auth/login/", send=password)
    platform.ask(f"/api/v1/posts/?search={SECRET}")
    platform.ask("/api/v1/tags/", headers={"Authorization": f"Bearer {SECRET}"})
    platform.ask("/api/v1/auth/refresh/", send={"refresh": SECRET})
    platform.ask("/api/v1/tags/", headers={"Cookie": f"sessionid={SECRET}"})
    said = platform.web.said() + platform.worker.said()
    assert SECRET not in said
    assert not [token for token in platform.tokens.values() if token in said]


@pytest.mark.parametrize(
    "request_",
    [
        "GET /live?x={} HTTP/1.1\r\nHost: elsewhere.example\r\n\r\n",
        "GET /live?x={}\r\n\r\n",
        "GET /live HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie sessionid={}\r\n\r\n",
    ],
    ids=["a strange host", "no version", "no colon"],
)
def test_what_is_refused_at_the_gate_is_nowhere(
    platform: Platform, sink: Sink, request_: str
) -> None:
    """gunicorn quotes what it does not understand, and Django the whole address."""
    before = len(platform.web.said())
    with socket.create_connection(("127.0.0.1", platform.port), timeout=5) as client:
        client.sendall(request_.format(SECRET).encode())
        assert client.recv(100).startswith(b"HTTP/1.1 400 ")
    eventually(lambda: len(platform.web.said()) > before)
    platform.ask("/api/v1/tags/?page_size=0")  # and its telemetry with it
    assert SECRET not in platform.web.said()
    assert not [p for p in sink.posted if b"DisallowedHost" in p.body]
    assert SECRET.encode() not in b"".join(posted.body for posted in sink.posted)


def test_probes_make_no_spans_and_all_else_does(platform: Platform, sink: Sink) -> None:
    """Though a name has the word: of a host, or of something that is not there."""

    def names() -> list[str]:
        return [span.name for span in spans(sink) if span.kind == Span.SPAN_KIND_SERVER]

    platform.ask("/live")
    platform.ask("/metrics")
    before = len(names())
    assert platform.ask("/api/v1/olive/").status == 404
    eventually(lambda: len(names()) > before)
    assert not [name for name in names() if name in ("GET live", "GET metrics")]


def test_one_line_for_each_request(platform: Platform) -> None:
    given = {"X-Request-ID": ID}
    platform.ask("/api/v1/users/me/?x=1", by="reader", headers=given)
    (line,) = [
        line for line in platform.lines(platform.web) if line.get("request_id") == ID
    ]
    assert line["event"] == "request"
    assert (line["method"], line["path"]) == ("GET", "/api/v1/users/me/")
    assert line["status"] == 200
    assert line["duration_ms"] > 0
    assert line["user_id"] == platform.ask("/api/v1/users/me/", by="reader").body["id"]


@pytest.mark.parametrize(
    "name",
    [
        "django_http_requests_latency_seconds_by_view_method_bucket",
        "django_http_responses_total_by_status_view_method_total",
        "django_db_execute_total",
        "django_db_query_duration_seconds_bucket",
        "django_cache_get_hits_total",
        "platform_posts_published_total",
        "platform_comments_submitted_total",
        'platform_logins_total{outcome="failed"}',
        'platform_queue_depth{queue="dead"}',
        'platform_queue_depth{queue="comments"}',
    ],
)
def test_metrics_of_the_web_server(platform: Platform, name: str) -> None:
    platform.ask("/api/v1/posts/")
    assert f"\n{name}" in platform.ask("/metrics").body


@pytest.mark.parametrize(
    "name",
    [
        'platform_tasks_total{outcome="succeeded",task="comments.tasks.publish_comment"}',
        'platform_task_duration_seconds_count{task="comments.tasks.publish_comment"}',
        'platform_comments_moderated_total{decision="approved"}',
    ],
)
def test_metrics_of_the_worker(platform: Platform, name: str) -> None:
    platform.comment(platform.publish("Counted"), by="editor")

    def metrics() -> str:
        return str(platform.ask("/metrics", port=platform.metrics_port).body)

    eventually(lambda: f"\n{name} " in metrics())


def test_metrics_are_not_for_who_comes_through_a_proxy(platform: Platform) -> None:
    through = {"X-Forwarded-For": "203.0.113.7"}
    assert platform.ask("/metrics", headers=through).status == 404


def test_an_error_is_reported_without_what_was_sent(
    platform: Platform, postgres: Postgres, sink: Sink
) -> None:
    with postgres.connect() as connection:
        connection.execute("ALTER TABLE posts_tag RENAME TO posts_tag_away")
    try:
        path = f"/api/v1/tags/?token={SECRET}"
        given = {"Cookie": f"sessionid={SECRET}", "X-Request-ID": ID}
        assert platform.ask(path, headers=given).status == 500
    finally:
        with postgres.connect() as connection:
            connection.execute("ALTER TABLE posts_tag_away RENAME TO posts_tag")

    def reports() -> list[str]:
        bodies = [p.body for p in sink.posted if p.path.startswith("/api/1/")]
        return [body.decode() for body in bodies if ID.encode() in body]

    eventually(reports)
    (report,) = reports()
    event = json.loads(report.splitlines()[-1])
    assert event["environment"] == "production"
    assert event["tags"]["request_id"] == ID
    assert set(event["request"]) <= {"method", "url"}
    assert "ProgrammingError" in report
    assert not [posted for posted in sink.posted if SECRET.encode() in posted.body]


REFUSED_ROW = """
import logging
from django.db import DatabaseError
from accounts.models import User
try:
    User.objects.bulk_create([User(username="{0}-1", first_name="{0}", role="boss")])
except DatabaseError:
    logging.getLogger("a-test").exception("refused")
"""


def test_a_row_that_the_database_refuses_is_in_no_line_span_or_report(
    platform: Platform, sink: Sink
) -> None:
    """PostgreSQL quotes the whole row of a CHECK that fails, with the hash of the password."""
    code = REFUSED_ROW.format(SECRET)
    said = platform.manage("shell", "--no-imports", "-c", code)
    assert "accounts_user_role_known" in said

    def spans_of_it() -> list[Span]:
        return [
            span
            for span in spans(sink)
            if b"accounts_user_role_known" in span.SerializeToString()
        ]

    eventually(spans_of_it)
    eventually(lambda: any(b"a-test" in posted.body for posted in sink.posted))
    assert SECRET not in said
    assert not [posted for posted in sink.posted if SECRET.encode() in posted.body]
