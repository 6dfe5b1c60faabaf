"""Deletes idempotency keys whose time is over; for a daily job."""

from typing import Any

from api.idempotency import expired
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """`manage.py forget_idempotency_keys`"""

    help = "Deletes idempotency keys that are older than IDEMPOTENCY_KEY_HOURS."

    def handle(self, *args: Any, **options: Any) -> None:
        """Delete them."""
        deleted, _ = expired().delete()
        self.stdout.write(f"{deleted} forgotten.")
