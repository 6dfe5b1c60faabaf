# FILE SOLUTION 05
"""What begins and ends with a process: reporting, tracing, and a worker's metrics server.

A worker's main process forks those that do the work. Sentry knows how to live through that, but has
to be there before tasks are prepared; traces have a thread, which each child starts for itself.
"""

import logging
import threading
from importlib import import_module
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

from celery import signals
from django.conf import settings
from prometheus_client import make_wsgi_app, multiprocess

from config.process import is_worker
from observability.exposition import registry

logger = logging.getLogger(__name__)


def begin() -> None:
    """Start error reporting and tracing where the settings name a receiver; else load neither."""
    signals.worker_ready.connect(start_metrics_server, dispatch_uid="processes")
    signals.worker_process_init.connect(trace, dispatch_uid="processes")
    signals.worker_process_shutdown.connect(end, dispatch_uid="processes")
    if settings.SENTRY_DSN:
        import_module("observability.sentry").start()
    if not is_worker():
        trace()


def trace(**_: Any) -> None:
    """Start tracing, in a process that does not fork any more."""
    if settings.OTEL_EXPORTER_OTLP_ENDPOINT:
        import_module("observability.tracing").start()


def flush() -> None:
    """Export the spans that wait: a process that ends by `os._exit` would lose them."""
    if settings.OTEL_EXPORTER_OTLP_ENDPOINT:
        import_module("observability.tracing").flush()


def end(*, pid: int, **_: Any) -> None:
    """Export spans and close the metric files of a worker's child that ends."""
    flush()
    multiprocess.mark_process_dead(pid)  # type: ignore[no-untyped-call]


class _Silent(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing: Prometheus scrapes every 15 seconds."""


def start_metrics_server(**_: Any) -> None:
    """Serve the metrics of this worker at http://worker:9100/metrics, in a thread of its own."""
    if not settings.WORKER_METRICS_PORT:
        return
    server = make_server(
        settings.WORKER_METRICS_HOST,
        settings.WORKER_METRICS_PORT,
        make_wsgi_app(registry()),
        handler_class=_Silent,
    )
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()
    logger.info("metrics of the worker on port %d", settings.WORKER_METRICS_PORT)
