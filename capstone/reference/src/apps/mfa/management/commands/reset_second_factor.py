# FILE SOLUTION 06
"""`manage.py reset_second_factor NAME --by YOU`: for somebody who has lost everything."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from mfa.services import reset


class Command(BaseCommand):
    """The telephone is gone and the recovery codes are, too."""

    help = (
        "Take the second factor from an account. Make sure first who it is that asks."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """From whom, and by whom."""
        parser.add_argument("name", metavar="NAME", help="whose")
        parser.add_argument(
            "--by", required=True, metavar="YOU", help="your account, for the audit log"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Say so if there was none."""
        user, by = self._person(options["name"]), self._person(options["by"])
        if not reset(user=user, by=by):
            raise CommandError(f"{user} has no second factor.")
        self.stdout.write(f"{user} logs in with the password alone.")

    def _person(self, name: str) -> User:
        try:
            return User.objects.get(username=name)
        except User.DoesNotExist:
            raise CommandError(f"Nobody is called {name}.") from None
