"""The mail app as Django installs it."""

from django.apps import AppConfig


class MailConfig(AppConfig):
    """The outbox."""

    name = "mail"
