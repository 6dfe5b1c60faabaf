"""The api app as Django installs it."""

from importlib import import_module

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """The HTTP API."""

    name = "api"

    def ready(self) -> None:
        """The document knows our own fields."""
        import_module("api.document")
