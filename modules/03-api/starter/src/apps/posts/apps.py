"""The posts app as Django installs it."""

from django.apps import AppConfig


class PostsConfig(AppConfig):
    """What people write."""

    name = "posts"
