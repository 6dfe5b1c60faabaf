# FILE SOLUTION 05
"""`manage.py measure_lists`: how long lists take with the rows that are there."""

from argparse import ArgumentParser
from statistics import median
from time import perf_counter
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.test import Client, override_settings

# Searching and counting read every row; all others must not grow with the table.
ADDRESSES = (
    "/api/v1/posts/",
    "/api/v1/posts/?status=published",
    "/api/v1/posts/?category=category-1",
    "/api/v1/posts/?author=author-1",
    "/api/v1/posts/?tag=tag-1",
    "/api/v1/posts/?search=sample+777",
    "/api/v1/posts/?search=nowhere",
    "/api/v1/comments/",
)


class Command(BaseCommand):
    """One client, one request after the other, through the whole of Django but no server."""

    help = "Print the median time of each list, without the cache."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How often."""
        parser.add_argument("--times", type=int, default=5, help="requests of each")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print milliseconds and addresses. Raises CommandError where a list is not answered."""
        hosts = [*settings.ALLOWED_HOSTS, "testserver"]
        with override_settings(FEED_CACHE_SECONDS=0, ALLOWED_HOSTS=hosts):
            for address in ADDRESSES:
                spent = [_seconds(address) for _ in range(options["times"])]
                self.stdout.write(f"{median(spent) * 1000:7.1f} ms  {address}")


def _seconds(address: str) -> float:
    begin = perf_counter()
    answer = Client().get(address, secure=True)
    if answer.status_code != 200:
        raise CommandError(f"{address} gave {answer.status_code}.")
    return perf_counter() - begin
