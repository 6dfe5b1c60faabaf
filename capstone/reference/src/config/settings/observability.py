# FILE SOLUTION 05
"""Metrics, tracing and error reporting. What has no address is off."""

from ipaddress import ip_network

from config.settings.environment import comma_separated, env

# From where /metrics can be read: by default from this machine and private networks.
METRICS_NETWORKS = [
    ip_network(network)
    for network in comma_separated(
        env.str(
            "METRICS_NETWORKS",
            default="127.0.0.0/8,::1,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7",
        )
    )
]
# Where Prometheus, which is another machine, asks a worker; port 0: nowhere.
EVERYWHERE = "0.0.0.0"  # noqa: S104  # nosec B104
WORKER_METRICS_HOST = env.str("WORKER_METRICS_HOST", default=EVERYWHERE)
WORKER_METRICS_PORT = env.int("WORKER_METRICS_PORT", default=9100)
PROMETHEUS_EXPORT_MIGRATIONS = False

# http://collector:4318, without the path of the signal.
OTEL_EXPORTER_OTLP_ENDPOINT = env.str("OTEL_EXPORTER_OTLP_ENDPOINT", default="")
OTEL_SERVICE_NAME = env.str("OTEL_SERVICE_NAME", default="publishing-platform")
OTEL_TRACES_SAMPLE_RATE = env.float("OTEL_TRACES_SAMPLE_RATE", default=1.0)

SENTRY_DSN = env.str("SENTRY_DSN", default="")
SENTRY_ENVIRONMENT = env.str("SENTRY_ENVIRONMENT", default="production")
SENTRY_RELEASE = env.str("SENTRY_RELEASE", default="")
SENTRY_TRACES_SAMPLE_RATE = env.float("SENTRY_TRACES_SAMPLE_RATE", default=0.0)
