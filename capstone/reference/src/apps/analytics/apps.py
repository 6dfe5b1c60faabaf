# FILE GIVEN 05
"""The analytics app as Django installs it."""

from importlib import import_module

from django.apps import AppConfig


class AnalyticsConfig(AppConfig):
    """Numbers about posts, and nothing about people."""

    name = "analytics"

    # BEGIN SOLUTION 05
    def ready(self) -> None:
        """Listen to who reads."""
        import_module("analytics.receivers").connect()

    # END
