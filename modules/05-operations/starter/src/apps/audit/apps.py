"""The audit app as Django installs it."""

from importlib import import_module

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """The record of what people did."""

    name = "audit"

    def ready(self) -> None:
        """Listen to who comes and goes."""
        import_module("audit.receivers").connect()
