"""The submission's Python environment, installed from its poetry.lock by us and cached by what is in it."""

from grader.environment.build import Environment, prepare
from grader.environment.lock import Lock, read_lock

__all__ = ["Environment", "Lock", "prepare", "read_lock"]
