"""Notes which lines of the project ask for which environment variables."""

from __future__ import annotations

import os
import sys

from .errors import path_below

TYPE_CHECKING = False
if TYPE_CHECKING:
    import types
    from collections.abc import Iterator
    from typing import Any

    from .process import Agent

HERE = os.path.dirname(os.path.abspath(__file__))
STDLIB = os.path.dirname(os.__file__)
# Libraries that read the environment for a project: a variable read through one of them was asked for by its caller.
ENVIRON_LIBRARIES = ("environ", "environs", "decouple", "dotenv", "pydantic_settings", "dj_database_url", "pydantic")


def traced_environ(agent: Agent) -> Any:
    """The class of an ``os.environ`` that adds to the agent's ``environ_reads`` the variables that somebody names.

    Who copies all of them, as ``{**os.environ}`` or as pydantic does, names none: what is read then is the very text
    that walking through them gave out.
    """
    given: dict[int, str] = {}

    class TracedEnviron(os._Environ):  # type: ignore[type-arg] # it is generic for the type checker alone
        def __iter__(self) -> Iterator[Any]:
            for key in super().__iter__():
                given[id(key)] = key  # kept, so that no other text ever has its number
                yield key

        def __getitem__(self, key: Any) -> Any:
            if given.get(id(key)) is not key:
                note_read(agent, key)
            return super().__getitem__(key)

        def __contains__(self, key: object) -> bool:
            note_read(agent, key)
            return super().__contains__(key)

        def setdefault(self, key: Any, value: Any = None) -> Any:
            """Not a reading: the project sets it."""
            if self._data.get(self.encodekey(key)) is None:  # type: ignore[attr-defined]
                self[key] = value
            return super().__getitem__(key)

    return TracedEnviron


def note_read(agent: Agent, key: object) -> None:
    """Notes the line of the project that asked for a variable, by whatever library."""
    frame: types.FrameType | None = sys._getframe(2)
    while frame is not None:
        path = os.path.abspath(frame.f_code.co_filename)
        library = frame.f_globals.get("__name__", "").partition(".")[0]
        if not path.startswith((HERE, STDLIB)) and "<frozen" not in path and library not in ENVIRON_LIBRARIES:
            if relative := path_below(agent.root, path):
                agent.environ_reads.append((str(key)[:200], relative, frame.f_lineno))
            return
        frame = frame.f_back
