# FILE SOLUTION 05
"""The text that Prometheus reads: of all processes of this service together, and of the queues."""

import logging
import os
from collections.abc import Iterator

import prometheus_client
from kombu.exceptions import OperationalError
from prometheus_client import CollectorRegistry, Metric, multiprocess
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from jobs.broker import queue_depths

logger = logging.getLogger(__name__)


class QueueCollector(Collector):
    """Asks the broker when Prometheus asks us, so that the number is never old."""

    def collect(self) -> Iterator[Metric]:
        """One gauge for each queue; none while the broker is away, since 0 would be a lie."""
        gauge = GaugeMetricFamily(
            "platform_queue_depth", "Tasks that wait.", labels=["queue"]
        )
        try:
            for name, depth in queue_depths().items():
                gauge.add_metric([name], depth)
        except (OSError, OperationalError):
            logger.warning("the broker does not say how much waits", exc_info=True)
        yield gauge


def registry() -> CollectorRegistry:
    """With PROMETHEUS_MULTIPROC_DIR what every process has written there, else this one's."""
    whole = CollectorRegistry()
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        multiprocess.MultiProcessCollector(whole)  # type: ignore[no-untyped-call]
    else:
        whole.register(prometheus_client.REGISTRY)
    whole.register(QueueCollector())
    return whole


def exposition() -> bytes:
    """Return the metrics of all processes of this service in Prometheus's text format."""
    return prometheus_client.generate_latest(registry())
