"""Prints the OpenAPI document."""

from pathlib import Path
from typing import Any

from api.openapi import as_json, as_yaml
from django.core.management.base import BaseCommand, CommandParser


class Command(BaseCommand):
    """`manage.py spectacular --api-version v1 > openapi.yaml`"""

    help = "Prints the OpenAPI document of the API."

    def add_arguments(self, parser: CommandParser) -> None:
        """The version, and where and how to write."""
        parser.add_argument("--api-version", default="v1", choices=["v1"])
        parser.add_argument("--format", default="openapi", choices=["openapi", "openapi-json"])
        parser.add_argument("--file", help="Write to this file instead.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print it."""
        text = as_json() if options["format"] == "openapi-json" else as_yaml()
        if options["file"]:
            Path(options["file"]).write_text(text, encoding="utf-8")
        else:
            self.stdout.write(text)
