"""The health app as Django installs it."""

from django.apps import AppConfig


class HealthConfig(AppConfig):
    """Probes for whoever runs the application: an orchestrator, a load balancer, a person."""

    name = "health"
