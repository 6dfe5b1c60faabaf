"""The authentication app as Django installs it."""

from django.apps import AppConfig


class AuthenticationConfig(AppConfig):
    """How people prove who they are, and for how long that is believed."""

    name = "authentication"
