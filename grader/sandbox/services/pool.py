"""Databases made ahead, so that a check need not wait for its own."""

import contextlib
import queue
import secrets
import threading

import psycopg

from grader.domain.errors import EnvironmentError_
from grader.sandbox.services.postgres import Postgres

_WITHIN_S = 60.0


class DatabasePool:
    """Keeps ``ahead`` databases made from a sealed template, in a thread of its own.

    Nobody of the learner's side knows a login of one before it is taken, so that no check can spoil the next one's.
    """

    def __init__(self, postgres: Postgres, template: str, *, ahead: int = 3) -> None:
        self._postgres, self._template = postgres, template
        self._ready: queue.Queue[str | EnvironmentError_] = queue.Queue()
        self._work: queue.Queue[str | None] = queue.Queue()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="database-pool", daemon=True)
        for _ in range(ahead):
            self._work.put("")
        self._thread.start()

    def take(self) -> str:
        """The name of a fresh database; ``EnvironmentError_`` if none can be made."""
        try:
            name = self._ready.get(timeout=_WITHIN_S)
        except queue.Empty:
            raise _fault("no database came") from None
        self._work.put("")  # for one made in vain, too: or after a few of those nobody would make any more
        if isinstance(name, EnvironmentError_):
            raise name
        return name

    def give_back(self, name: str) -> None:
        """Drops it in the background, with whatever is still connected to it."""
        self._work.put(name)

    def close(self) -> None:
        """Waits for the thread to end, which makes no more; those not taken are left to the end of their server."""
        self._closing = True
        self._work.put(None)
        self._thread.join(_WITHIN_S)

    def _run(self) -> None:
        """Makes one for every "", drops every name, and ends at ``None``."""
        while (task := self._work.get()) is not None:
            if task:
                with contextlib.suppress(psycopg.Error):
                    self._postgres.drop(task)
            if task or self._closing:
                continue
            name = "check_" + secrets.token_hex(8)
            try:
                self._postgres.create(name, self._template)
                self._ready.put(name)
            except psycopg.Error as error:
                self._ready.put(_fault(str(error).strip()))


def _fault(why: str) -> EnvironmentError_:
    return EnvironmentError_(
        f"A database for the next check could not be made: {why}", "Grade again; see `grader doctor`."
    )
