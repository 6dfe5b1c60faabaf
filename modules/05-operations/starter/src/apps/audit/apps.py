"""The audit app as Django installs it."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """The record of what people did."""

    name = "audit"

    # TODO(05): after a migration, let the role that runs the application do what it needs, and
    # nothing to the audit log but append (brief, task 9).
