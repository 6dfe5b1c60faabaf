# FILE GIVEN 02
"""The comments app as Django installs it."""

# BEGIN SOLUTION 05
from importlib import import_module

# END
from django.apps import AppConfig


class CommentsConfig(AppConfig):
    """What readers say."""

    name = "comments"

    # BEGIN SOLUTION 05
    def ready(self) -> None:
        """Put into the queue what is submitted."""
        import_module("comments.receivers").connect()

    # END
