"""Poetry on a copy of the submission, where it finds every locked package installed."""

import dataclasses
import sys
import sysconfig
from collections.abc import Callable, Mapping
from pathlib import Path

from grader.environment.poetry_shell import PATH as SHELL
from grader.sandbox.api import Kind, Launch, Limits, Mount
from grader.tools.installed import tool_site
from grader.tools.tool import Tool

_POETRY = "/tools/poetry"
_SHELL = "/grader/poetry_shell.py"
_POETRY_LIMITS = Limits(memory_mb=1024, processes=64, tmp_mb=256, wall_s=120.0)


def poetry_site(*, cache: Path, progress: Callable[[str], None] = lambda text: None, kind: Kind = "auto") -> Path:
    """The folder that holds Poetry, installed by hash on first use, in a sandbox of that kind.

    Raises:
        EnvironmentError_: its packages cannot be had.
    """
    return tool_site("poetry.txt", what="Poetry", cache=cache, progress=progress, kind=kind)


def poetry(
    words: tuple[str, ...],
    *,
    cache: Path,
    env: Mapping[str, str] | None = None,
    progress: Callable[[str], None] = lambda text: None,
    kind: Kind = "auto",
    within_s: float = _POETRY_LIMITS.wall_s,
) -> Tool:
    """``poetry WORDS`` on a writable copy of the submission, offline: ``("install",)``, ``("run", "pytest", "-q")``.

    Run it with the site of the submission's environment as ``deps``. ``cache`` and ``kind`` are those of ``prepare``.
    Plugins and poetry.toml of the submission have
    no effect; ``env`` is for what the project's own code reads. After ``within_s`` seconds it is ended.
    ``EnvironmentError_`` if Poetry cannot be had.
    """
    poetry = Mount(poetry_site(cache=cache, progress=progress, kind=kind), _POETRY)
    mounts = (poetry, Mount(SHELL, _SHELL), *_shared_library())
    launch = Launch(
        argv=(_SHELL, _POETRY, "/deps", *words),
        env=dict(env or {}),
        mounts=mounts,
        limits=dataclasses.replace(_POETRY_LIMITS, wall_s=within_s),
        copy_submission=True,
    )
    return Tool("poetry", launch, runs_code=True)


def _shared_library() -> tuple[Mount, ...]:
    """Python's own library at the place that is written into the interpreter, if it has one that is no part of /usr.

    Then the interpreter starts by itself: a test that starts it with variables of its own passes no LD_LIBRARY_PATH on.
    """
    name, place = sysconfig.get_config_var("INSTSONAME"), sysconfig.get_config_var("LIBDIR")
    if not (sysconfig.get_config_var("Py_ENABLE_SHARED") and name and place) or str(place).startswith("/usr/"):
        return ()
    library = Path(sys.base_prefix).resolve() / "lib" / str(name)
    return (Mount(library, f"{place}/{name}"),) if library.is_file() else ()
