# FILE SOLUTION 06
"""`manage.py chain_audit_log --by YOU`: take entries into the chain that are beside it."""

from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit.adoption import adopt


class Command(BaseCommand):
    """After a release: what the version before it wrote meanwhile knows of no chain."""

    help = "Chain the entries that are not in the chain. Look at them first: you vouch for them."

    def add_arguments(self, parser: CommandParser) -> None:
        """Who says that they are genuine."""
        parser.add_argument(
            "--by", required=True, metavar="YOU", help="your account, for the audit log"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """All of them, in the order in which they were written."""
        people = get_user_model().objects.filter(username=options["by"])
        if (person := people.first()) is None:
            raise CommandError(f"Nobody is called {options['by']}.")
        self.stdout.write(f"Chained: {adopt(by=person)}")
