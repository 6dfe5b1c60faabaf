"""States that several apps ask about."""

from django.db import models


class CommentStatus(models.TextChoices):
    """A comment waits until somebody has read it."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
