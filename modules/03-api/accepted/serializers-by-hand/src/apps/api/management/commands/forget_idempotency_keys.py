"""`manage.py forget_idempotency_keys`, for a timer."""

from typing import Any

from api.idempotency import forget
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """Deletes the Idempotency-Keys whose time is over."""

    help = "Delete Idempotency-Keys that are older than IDEMPOTENCY_KEY_HOURS."

    def handle(self, *args: Any, **options: Any) -> None:
        """Delete them and say how many they were."""
        self.stdout.write(f"{forget()} keys forgotten")
