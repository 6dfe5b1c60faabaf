"""The submission's Python environment, installed from its poetry.lock by us and cached by what is in it."""

from importlib import import_module
from typing import TYPE_CHECKING

from grader.environment.build import Environment, prepare, unchanged
from grader.environment.locked import Lock

if TYPE_CHECKING:
    from grader.environment.lock import read_lock
else:

    def __getattr__(name: str) -> object:
        """The reader of locks, imported when first asked for: most gradings find theirs read."""
        if name != "read_lock":
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return import_module("grader.environment.lock").read_lock


__all__ = ["Environment", "Lock", "prepare", "read_lock", "unchanged"]
