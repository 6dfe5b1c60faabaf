# FILE GIVEN 04
"""The audit app as Django installs it."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """The record of what people did."""

    name = "audit"

    # BEGIN SOLUTION 04
    def ready(self) -> None:
        """Listen to who comes and goes."""
        from audit import receivers  # its models are there only from now on

        receivers.connect()

    # END
