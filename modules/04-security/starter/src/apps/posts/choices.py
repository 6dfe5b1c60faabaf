"""The states of a post."""

from django.db import models


class PostStatus(models.TextChoices):
    """A post begins as a draft; what was public once never becomes a draft again."""

    DRAFT = "draft"
    PUBLISHED = "published"
    ARCHIVED = "archived"
