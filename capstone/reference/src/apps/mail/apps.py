# FILE GIVEN 05
"""The mail app as Django installs it."""

from importlib import import_module

from django.apps import AppConfig


class MailConfig(AppConfig):
    """The outbox."""

    name = "mail"

    # BEGIN SOLUTION 05
    def ready(self) -> None:
        """Send what is written."""
        import_module("mail.receivers").connect()

    # END
