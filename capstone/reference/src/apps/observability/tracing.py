# FILE SOLUTION 05
"""Traces: a request, its queries and the tasks that it led to in one tree, sent by OTLP/HTTP."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.celery import CeleryInstrumentor
from opentelemetry.instrumentation.django import DjangoInstrumentor
from opentelemetry.instrumentation.psycopg import PsycopgInstrumentor
from opentelemetry.instrumentation.redis import RedisInstrumentor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import Span

FLUSH_MS = 3000
# Where the instrumentation puts addresses with their queries.
ADDRESSES = ("http.target", "http.url", "url.full", "url.query")
# Searched for in the whole address, in which a host or another path may have the words, too.
UNTRACED = r"^https?://[^/]+/(live|ready|healthz|metrics)\??$"


def start() -> None:
    """Trace from now on. Statements are sent as they are prepared, never with their values."""
    provider = TracerProvider(
        resource=Resource.create({"service.name": settings.OTEL_SERVICE_NAME}),
        sampler=ParentBased(TraceIdRatioBased(settings.OTEL_TRACES_SAMPLE_RATE)),
    )
    endpoint = settings.OTEL_EXPORTER_OTLP_ENDPOINT.rstrip("/")
    exporter = OTLPSpanExporter(f"{endpoint}/v1/traces", timeout=5)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    DjangoInstrumentor().instrument(response_hook=forget_query, excluded_urls=UNTRACED)
    PsycopgInstrumentor().instrument(skip_dep_check=True)
    RedisInstrumentor().instrument()
    CeleryInstrumentor().instrument()  # type: ignore[no-untyped-call]


def forget_query(span: Span, request: HttpRequest, response: HttpResponse) -> None:
    """People put secrets into addresses."""
    attributes = getattr(span, "attributes", None) or {}
    for name in ADDRESSES:
        if name in attributes:
            span.set_attribute(name, str(attributes[name]).partition("?")[0])


def flush() -> None:
    """Send what is there: a process that ends by `os._exit` would take it along."""
    provider = trace.get_tracer_provider()
    if isinstance(provider, TracerProvider):
        provider.force_flush(FLUSH_MS)
