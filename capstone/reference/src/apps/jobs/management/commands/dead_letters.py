# FILE SOLUTION 05
"""`manage.py dead_letters`: list the tasks that were given up; `--replay`: send them again."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from jobs.dead_letters import read_dead_letters, replay


class Command(BaseCommand):
    """For whoever was called by the alert."""

    help = (
        "List the tasks that were given up, one JSON object a line, or do them again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Looking is harmless, so it is the default."""
        parser.add_argument(
            "--replay", action="store_true", help="Put each back into its queue."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print them, or how many were put back."""
        if options["replay"]:
            self.stdout.write(f"Put {replay()} tasks back.")
            return
        for letter in read_dead_letters():
            self.stdout.write(json.dumps(letter))
