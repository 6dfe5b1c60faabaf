# FILE GIVEN 04
"""The audit app as Django installs it."""

# BEGIN SOLUTION 05
from importlib import import_module

# END
from django.apps import AppConfig

# BEGIN SOLUTION 05
from django.db.models.signals import post_migrate

# END


class AuditConfig(AppConfig):
    """The record of what people did."""

    name = "audit"

    # BEGIN SOLUTION 05
    def ready(self) -> None:
        """Grant what the role that runs the application may do, after each migration."""
        grant = import_module("audit.database_role").grant_runtime_role
        post_migrate.connect(grant, sender=self, dispatch_uid="runtime role")

    # STUB
    # # TODO(05): after a migration, let the role that runs the application do what it needs, and
    # # nothing to the audit log but append (brief, task 9).
    # END
