"""The submission's Python environment, installed from its poetry.lock by us and cached by what is in it, and tools."""

from grader.environment.build import Environment, prepare
from grader.environment.compose import compose_problems
from grader.environment.lock import Lock, read_lock
from grader.environment.tools import hadolint_launch, poetry_launch

__all__ = ["Environment", "Lock", "compose_problems", "hadolint_launch", "poetry_launch", "prepare", "read_lock"]
