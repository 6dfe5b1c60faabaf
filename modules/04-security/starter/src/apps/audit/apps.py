"""The audit app as Django installs it."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """The record of what people did."""

    name = "audit"
