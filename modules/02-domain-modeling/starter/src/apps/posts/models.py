"""A post, and the categories and tags that it is found by."""

from django.conf import settings
from django.db import models

# TODO(02): Category and Tag (brief, task 2).


class Post(models.Model):
    """Written by someone in a hurry."""

    # TODO(02): addresses, states, timestamps, rules and constraints; then a migration that
    # brings every stored post along, there and back (brief, tasks 2 to 7 and 9).
    title = models.CharField(max_length=200)
    body = models.TextField()
    is_published = models.BooleanField(default=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
