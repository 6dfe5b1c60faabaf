"""The four roles, from the most powerful to the least."""

from django.db import models


class Role(models.TextChoices):
    """What a person does here. Everybody starts as a reader."""

    ADMIN = "admin"
    EDITOR = "editor"
    CONTRIBUTOR = "contributor"
    READER = "reader"


EDITORIAL = frozenset({Role.ADMIN, Role.EDITOR})
