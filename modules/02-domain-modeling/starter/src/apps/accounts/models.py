"""A person with an account."""

from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    """A person with an account."""

    # TODO(02): a role, timestamps, and an address that is unique whatever its capitals, here
    # and in the database (brief, tasks 1, 2 and 4).
