# FILE SOLUTION 05
"""The outbox: letters that were written, and whether they have left."""

from typing import Self

from django.db import models
from django.db.models import Q

from core.models import TimeStamped


class LetterQuerySet(models.QuerySet["Letter"]):
    """Letters by what became of them."""

    def waiting(self) -> Self:
        """Not yet sent."""
        return self.filter(sent_at__isnull=True)


class Letter(TimeStamped):
    """A letter, written in the transaction that it is about: never one without the other."""

    key = models.CharField(
        max_length=100,
        unique=True,
        help_text="What it is about: nobody gets two letters about one thing.",
    )
    to = models.EmailField()
    subject = models.CharField(max_length=200)
    body = models.TextField()
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = LetterQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["created_at"],
                condition=Q(sent_at__isnull=True),
                name="mail_letter_waiting_idx",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} ({self.key})"
