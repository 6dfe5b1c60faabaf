"""The agent's own code as a sandbox sees it: one folder, read-only, with bytecode."""

import importlib.util
import sys
from functools import cache
from pathlib import Path

from grader.sandbox.api import Mount

INSIDE = "/grader/inside"
PROGRAM = f"{INSIDE}/__main__.py"
_FOLDER = Path(__file__).with_name("inside")
_HEADER_BYTES = 16


def inside_mount() -> Mount:
    """The one folder, read-only, of all that runs beside learner code, with its bytecode."""
    return Mount(bytecode_made(_FOLDER), INSIDE)


@cache
def bytecode_made(folder: Path) -> Path:
    """The folder, whose modules have bytecode that belongs to their sources: nothing is compiled in a sandbox.

    Where the grader may not write into its own package, the modules that have none are compiled as they are loaded.
    """
    try:
        for source in folder.glob("*.py"):
            if not _is_current(source):
                _compile(source)
    except OSError:
        pass
    return folder


def bytecode_of(source: Path) -> Path:
    """Where the sandbox's Python looks for it, which knows nothing of this process's own prefix."""
    return source.parent / "__pycache__" / f"{source.stem}.{sys.implementation.cache_tag}.pyc"


def _is_current(source: Path) -> bool:
    """Whether there is bytecode of this Python for the source as it is, by time and size as the import system asks."""
    try:
        with bytecode_of(source).open("rb") as file:
            header = file.read(_HEADER_BYTES)
    except FileNotFoundError:
        return False
    status = source.stat()
    known = (int(status.st_mtime) & 0xFFFFFFFF).to_bytes(4, "little") + (status.st_size & 0xFFFFFFFF).to_bytes(
        4, "little"
    )
    return header == importlib.util.MAGIC_NUMBER + bytes(4) + known


def _compile(source: Path) -> None:
    """Compiles it, for every user to read: the sandbox's own is another."""
    import py_compile  # where the grader was installed, everything is compiled

    target = bytecode_of(source)
    by_time = py_compile.PycInvalidationMode.TIMESTAMP
    py_compile.compile(str(source), cfile=str(target), doraise=True, invalidation_mode=by_time)
    target.parent.chmod(0o755)
    target.chmod(0o644)
