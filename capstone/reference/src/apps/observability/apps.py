# FILE GIVEN 05
"""The observability app as Django installs it."""

from importlib import import_module

from django.apps import AppConfig


class ObservabilityConfig(AppConfig):
    """It listens to everybody, and nobody knows it."""

    name = "observability"

    # BEGIN SOLUTION 05
    def ready(self) -> None:
        """Begin to count; to report and to trace where the settings say to whom."""
        import_module("observability.counting").connect()
        import_module("observability.processes").begin()

    # STUB
    # # TODO(05): whatever has to begin with the process (brief, tasks 2 to 4).
    # END
