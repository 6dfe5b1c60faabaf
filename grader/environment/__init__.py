"""The submission's Python environment, installed from its poetry.lock by us and cached by what is in it, and tools."""

from importlib import import_module
from typing import TYPE_CHECKING

from grader.environment.build import Environment, prepare, unchanged
from grader.environment.locked import Lock

if TYPE_CHECKING:
    from grader.environment.compose import compose_problems
    from grader.environment.lock import read_lock
    from grader.environment.tools import hadolint_launch, poetry_launch
else:

    def __getattr__(name: str) -> object:
        """The tools and the reader of locks, imported when first asked for: most gradings need neither."""
        if name not in _LATER:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(_LATER[name]), name)


_LATER = {
    "compose_problems": "grader.environment.compose",
    "hadolint_launch": "grader.environment.tools",
    "poetry_launch": "grader.environment.tools",
    "read_lock": "grader.environment.lock",
}


__all__ = [
    "Environment",
    "Lock",
    "compose_problems",
    "hadolint_launch",
    "poetry_launch",
    "prepare",
    "read_lock",
    "unchanged",
]
