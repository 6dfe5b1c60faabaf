# FILE SOLUTION 05
"""Services say what has happened, and whoever wants to know listens: no service knows who does."""

from functools import partial
from typing import Any

from django.db import transaction
from django.dispatch import Signal


def send_on_commit(event: Signal, **facts: Any) -> None:
    """Tell the listeners once it is committed: what is rolled back has not happened.

    A listener that fails is logged, and changes nothing for the others or for the caller.
    """
    transaction.on_commit(partial(event.send_robust, sender=None, **facts))
