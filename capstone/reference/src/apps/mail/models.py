# FILE SOLUTION 05
"""The outbox: e-mails that were written, and whether they have left."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce

from core.models import TimeStamped


class EmailQuerySet(models.QuerySet["Email"]):
    """E-mails by what became of them."""

    def unsent(self) -> Self:
        """Not taken by the mail server, be it that nobody tried or that it failed."""
        return self.filter(sent_at__isnull=True)

    def waiting(self) -> Self:
        """Not yet sent, and not given up."""
        return self.unsent().filter(failed_at__isnull=True)

    def failed(self) -> Self:
        """Given up."""
        return self.unsent().filter(failed_at__isnull=False)

    def left_behind(self, *, since: datetime) -> Self:
        """Waiting, and in no queue since then; the longest first."""
        last = Coalesce("requeued_at", "created_at")
        return (
            self.waiting()
            .alias(last=last)
            .filter(last__lt=since)
            .order_by("last", "pk")
        )


class Email(TimeStamped):
    """An e-mail, written in the transaction that it is about: never one without the other.

    It waits, is sent or has failed. While a task talks to the mail server the e-mail is claimed,
    for no longer than a task may run; no row is locked meanwhile.
    """

    key = models.CharField(
        max_length=100,
        unique=True,
        help_text="What it is about: nobody gets two e-mails about one thing.",
    )
    to = models.EmailField()
    subject = models.CharField(max_length=200)
    body = models.TextField()
    claimed_by = models.CharField(
        max_length=100,
        blank=True,
        db_default="",
        help_text="Id of the task that sends it.",
    )
    claimed_until = models.DateTimeField(null=True, blank=True)
    requeued_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="When it was last put into the queue again, since nothing had come of it.",
    )
    sent_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(
        null=True, blank=True, help_text="When it was given up."
    )
    error = models.CharField(
        max_length=100,
        blank=True,
        db_default="",
        help_text="Why, as the name of the exception.",
    )

    objects = EmailQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True) | Q(failed_at__isnull=True),
                name="mail_email_sent_or_failed",
            ),
        ]
        indexes = [
            models.Index(
                fields=["created_at"],
                condition=Q(sent_at__isnull=True, failed_at__isnull=True),
                name="mail_email_waiting_idx",
            ),
            models.Index(
                fields=["failed_at"],
                condition=Q(failed_at__isnull=False),
                name="mail_email_failed_idx",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} ({self.key})"
