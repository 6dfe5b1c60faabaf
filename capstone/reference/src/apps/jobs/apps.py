# FILE GIVEN 05
"""The jobs app as Django installs it."""

from importlib import import_module

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Tasks in general; the tasks themselves are in the apps that they belong to."""

    name = "jobs"

    # BEGIN SOLUTION 05
    def ready(self) -> None:
        """Let tasks know on whose behalf they run."""
        import_module("jobs.context").connect()

    # STUB
    # # TODO(05): the id of the request goes along with the task (brief, task 1).
    # END
