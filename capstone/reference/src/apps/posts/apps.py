# FILE GIVEN 02
"""The posts app as Django installs it."""

# BEGIN SOLUTION 05
from importlib import import_module

# END
from django.apps import AppConfig


class PostsConfig(AppConfig):
    """What people write."""

    name = "posts"

    # BEGIN SOLUTION 05
    def ready(self) -> None:
        """Keep what the public reads up to date."""
        import_module("posts.receivers").connect()

    # END
