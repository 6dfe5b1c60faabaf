"""What a worker tells Prometheus."""

from grader.classroom.distributed.store import INSTALL
from grader.domain.errors import UsageError_


class Metrics:
    """The counters of one worker, in a registry of their own. Raises ``UsageError_`` if the package is missing."""

    def __init__(self, queue: str) -> None:
        try:
            from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
        except ImportError:
            raise UsageError_("the package prometheus-client is not installed", INSTALL) from None
        self.registry = CollectorRegistry()
        gradings = Counter(
            "grader_gradings", "Gradings that have ended, by outcome.", ["queue", "outcome"], registry=self.registry
        )
        seconds = Histogram(
            "grader_grading_seconds",
            "How long a grading took, with unpacking.",
            ["queue"],
            registry=self.registry,
            buckets=(1, 2.5, 5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560),
        )
        self._gradings, self._queue = gradings, queue
        self.seconds = seconds.labels(queue)
        running = Gauge("grader_gradings_in_progress", "Gradings under way.", ["queue"], registry=self.registry)
        self.in_progress = running.labels(queue)
        self._messages = Counter(
            "grader_messages",
            "Messages that led to no grading, by reason: refused is a message that was not signed, or malformed.",
            ["queue", "reason"],
            registry=self.registry,
        )
        for outcome in ("measured", "refused", "errored", "given_up", "given_back"):
            self._gradings.labels(queue, outcome)
        for reason in ("refused", "dropped"):
            self._messages.labels(queue, reason)

    def ended(self, outcome: str) -> None:
        """Counts a grading."""
        self._gradings.labels(self._queue, outcome).inc()

    def not_graded(self, reason: str) -> None:
        """Counts a message that led to none."""
        self._messages.labels(self._queue, reason).inc()

    def serve(self, host: str, port: int) -> None:
        """Offers them at ``/metrics``. Raises ``UsageError_`` if the address cannot be listened on."""
        from prometheus_client import start_http_server

        try:
            start_http_server(port, addr=host, registry=self.registry)
        except OSError as problem:
            raise UsageError_(
                f"metrics cannot be offered at {host}:{port}: {problem.strerror}",
                "Name another address: --metrics 127.0.0.1:9809. Or none: --metrics off.",
            ) from None
