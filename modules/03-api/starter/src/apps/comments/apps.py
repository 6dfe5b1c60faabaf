"""The comments app as Django installs it."""

from django.apps import AppConfig


class CommentsConfig(AppConfig):
    """What readers say."""

    name = "comments"
