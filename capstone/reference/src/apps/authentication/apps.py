# FILE SOLUTION 04
"""The authentication app as Django installs it."""

from importlib import import_module

from django.apps import AppConfig


class AuthenticationConfig(AppConfig):
    """How people prove who they are, and for how long that is believed."""

    name = "authentication"

    def ready(self) -> None:
        """Make what describes our tokens known to the OpenAPI generator."""
        import_module("authentication.schema")
