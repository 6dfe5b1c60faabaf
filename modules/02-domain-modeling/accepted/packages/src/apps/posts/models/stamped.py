"""Timestamps by hand."""

from django.db import models, transaction
from django.utils import timezone


class Stamped(models.Model):
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        self.updated_at = timezone.now()
        # The lock that keeps addresses apart needs a transaction around the save.
        with transaction.atomic(using=kwargs.get("using")):
            super().save(*args, **kwargs)
