"""Questions to the services that the application cannot work without."""

import logging
from collections.abc import Callable
from contextlib import closing

from django.core.cache import cache
from django.db import connection

logger = logging.getLogger(__name__)


def ask_database() -> None:
    """Have the database compute something; whatever the driver raises comes through.

    On a connection of its own: the worker's may be a relic from before an outage, and only the
    making of a connection is bounded by `connect_timeout`.
    """
    with closing(
        connection.get_new_connection(connection.get_connection_params())
    ) as probe:
        probe.cursor().execute("SELECT 1")


def ask_cache() -> None:
    """Write to the cache and read it back; whatever the driver raises comes through."""
    cache.set("health:probe", "ok", timeout=10)
    if cache.get("health:probe") != "ok":
        raise ConnectionError("the cache forgot what it was told a moment ago")


def answers(ask: Callable[[], None]) -> bool:
    """Whether a question was answered; the reason why not goes to the log, not to the caller."""
    try:
        ask()
    except Exception:  # every driver has errors of its own; all mean "no answer"
        logger.warning("%s failed", ask.__name__, exc_info=True)
        return False
    return True
