"""`manage.py forget_idempotency_keys`: delete those that are too old to be repeated."""

from typing import Any

from django.core.management.base import BaseCommand

from api.models import IdempotencyKey


class Command(BaseCommand):
    """Run it daily."""

    help = "Delete the idempotency keys that are over."

    def handle(self, *args: Any, **options: Any) -> None:
        """Delete them, and say how many."""
        deleted, _ = IdempotencyKey.objects.expired().delete()
        self.stdout.write(f"Forgot {deleted} idempotency keys.")
