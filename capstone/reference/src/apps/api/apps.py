# FILE GIVEN 03
"""The api app as Django installs it."""

from importlib import import_module

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """The HTTP API."""

    name = "api"

    def ready(self) -> None:
        """Make what describes our authentication known to the OpenAPI generator."""
        import_module("api.schema")
