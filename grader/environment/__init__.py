"""The submission's Python environment, installed from its poetry.lock by us and cached by what is in it, and tools."""

from importlib import import_module
from typing import TYPE_CHECKING

from grader.environment.build import Environment, prepare
from grader.environment.lock import Lock, read_lock

if TYPE_CHECKING:
    from grader.environment.compose import compose_problems
    from grader.environment.tools import hadolint_launch, poetry_launch
else:

    def __getattr__(name: str) -> object:
        """The tools, imported when one is first asked for: they are for checks, and bring the sandbox with them."""
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f"{__name__}.{'tools' if name.endswith('launch') else 'compose'}"), name)


__all__ = ["Environment", "Lock", "compose_problems", "hadolint_launch", "poetry_launch", "prepare", "read_lock"]
