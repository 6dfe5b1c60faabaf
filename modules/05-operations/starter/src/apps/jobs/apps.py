"""The jobs app as Django installs it."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Tasks in general; the tasks themselves are in the apps that they belong to."""

    name = "jobs"

    # TODO(05): the id of the request goes along with the task (brief, task 1).
