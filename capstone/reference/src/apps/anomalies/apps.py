# FILE SOLUTION 06
"""The anomalies app as Django installs it."""

from importlib import import_module

from django.apps import AppConfig


class AnomaliesConfig(AppConfig):
    """It watches log-ins; nobody who logs people in knows of it."""

    name = "anomalies"

    def ready(self) -> None:
        """Begin to watch."""
        import_module("anomalies.receivers").connect()
