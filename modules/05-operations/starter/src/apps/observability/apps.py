"""The observability app as Django installs it."""

from django.apps import AppConfig


class ObservabilityConfig(AppConfig):
    """It listens to everybody, and nobody knows it."""

    name = "observability"

    # TODO(05): whatever has to begin with the process (brief, tasks 2 to 4).
