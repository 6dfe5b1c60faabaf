"""The run's real PostgreSQL and Redis, started when a check first needs them, and taken down when one asks for that."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from grader.sandbox.api import Process, Sandbox


class Services:
    """PostgreSQL and Redis of one run."""

    def __init__(self, sandbox: Sandbox, state_dir: Path, stack: ExitStack) -> None:
        self._sandbox, self._state_dir, self._stack = sandbox, state_dir, stack

    def django(self, port: int) -> dict[str, Any]:
        """The database as Django's settings name it; ``NAME`` comes with each check."""
        raise NotImplementedError

    def attach(self, process: Process) -> None:
        """Carries what a sandbox's ports take to the services behind them."""

    def template(self, migrate: Callable[[str], None]) -> None:
        """Makes the sealed template: ``migrate`` is given the name of an empty database."""
        raise NotImplementedError
