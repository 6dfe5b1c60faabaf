# FILE SOLUTION 04
"""The authentication app as Django installs it."""

from importlib import import_module

from django.apps import AppConfig


class AuthenticationConfig(AppConfig):
    """How people prove who they are, and for how long that is believed."""

    name = "authentication"

    def ready(self) -> None:
        """Listen to who comes and goes, and to accounts that are closed."""
        import_module("authentication.receivers").connect()
