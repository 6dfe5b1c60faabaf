"""`manage.py forget_idempotency_keys`, every now and then."""

from typing import Any

from api.idempotency import forget
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """Deletes the keys that nobody may repeat any more."""

    help = "Delete idempotency keys that are older than IDEMPOTENCY_KEY_HOURS."

    def handle(self, *args: Any, **options: Any) -> None:
        """Delete them, and say how many there were."""
        self.stdout.write(f"{forget()} forgotten")
