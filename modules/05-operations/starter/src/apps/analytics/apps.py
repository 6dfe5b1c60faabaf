"""The analytics app as Django installs it."""

from django.apps import AppConfig


class AnalyticsConfig(AppConfig):
    """Numbers about posts, and nothing about people."""

    name = "analytics"
