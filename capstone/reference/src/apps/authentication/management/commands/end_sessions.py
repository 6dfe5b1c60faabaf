# FILE GIVEN 05
"""Log people out everywhere, by hand: the runbook of token revocation says when."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand, CommandError
from django.db import transaction

from accounts.models import User
from accounts.privilege_changes import audit_activation
from authentication.sessions import end_all_sessions


class Command(BaseCommand):
    """`manage.py end_sessions NAME… --by YOU`, or everybody's, and close accounts where asked."""

    help = "End every session of these people: tokens and cookies are worth nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whose, by whom, and what else."""
        parser.add_argument("names", nargs="*", metavar="NAME", help="whose")
        parser.add_argument("--everyone", action="store_true", help="instead of names")
        parser.add_argument(
            "--by", required=True, metavar="YOU", help="your account, for the audit log"
        )
        parser.add_argument(
            "--close", action="store_true", help="close the accounts as well"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """All of them, or none if a name is unknown."""
        if bool(options["names"]) == options["everyone"]:
            raise CommandError("Say whose: names, or --everyone.")
        if options["close"] and options["everyone"]:
            raise CommandError("Nobody closes every account: say whose.")
        by = self._person(options["by"])
        with transaction.atomic():
            people = (
                list(User.objects.order_by("pk"))
                if options["everyone"]
                else [self._person(name) for name in options["names"]]
            )
            for person in people:
                self._log_out(person, by, close=options["close"])
        self.stdout.write(f"Logged out everywhere: {len(people)}")

    def _person(self, name: str) -> User:
        try:
            return User.objects.get(username=name)
        except User.DoesNotExist:
            raise CommandError(f"Nobody is called {name}.") from None

    def _log_out(self, person: User, by: User, *, close: bool) -> None:
        if close and person.is_active:
            person.is_active = False
            person.save(update_fields=["is_active"])
            audit_activation(user=person, by=by)
        end_all_sessions(user=person, by=by)
