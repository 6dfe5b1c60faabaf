# FILE SOLUTION 06
"""`manage.py verify_audit_log`: is the audit log what was written?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error

from audit.verification import Anchor, verify_chain

BROKEN, UNREADABLE = 1, 2


class Command(BaseCommand):
    """Exit code 0: whole; 1: broken, and the first bad row is named; 2: it cannot be read."""

    help = "Verify the hash chain of the audit log, and print its head to be noted elsewhere."

    def add_arguments(self, parser: CommandParser) -> None:
        """What one has noted."""
        parser.add_argument(
            "--anchor",
            metavar="POSITION:DIGEST",
            help="a head that was printed before: shows a cut tail, and a log written anew",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print how many entries are whole and the head, or name the first bad one."""
        anchor = self._anchor(options["anchor"])
        try:
            found = verify_chain(anchor=anchor)
        except Error as error:
            raise CommandError(
                f"The audit log cannot be read: {type(error).__name__}. Is the database there,"
                " and has it been migrated (manage.py migrate)?",
                returncode=UNREADABLE,
            ) from error
        if found.broken:
            where = f"entry {found.broken.entry}" if found.broken.entry else "its end"
            raise CommandError(
                f"The audit log is broken at {where}: {found.broken.problem}."
                f" Whole up to there: {found.head or 'nothing'}.",
                returncode=BROKEN,
            )
        self.stdout.write(f"The audit log is whole: {found.entries} entries.")
        if found.head:
            self.stdout.write(f"Head: {found.head}")

    def _anchor(self, text: str | None) -> Anchor | None:
        try:
            return None if text is None else Anchor.parse(text)
        except ValueError:
            raise CommandError(
                "Give --anchor as it was printed: POSITION:DIGEST, a number and 64 digits.",
                returncode=UNREADABLE,
            ) from None
