"""What a project imports that is not among the packages it is graded with."""

import sys
from collections.abc import Iterable
from pathlib import Path

from grader.reader.client import NotReadable, Reader

_MOST_FILES = 400
_LARGEST = 1 << 18
_CPU_S = 1.0
_MOST_NAMED = 3


def absent_imports(root: Path, files: Iterable[str], site: Path) -> dict[str, str]:
    """By module, the file of the project that imports it, where neither ``site`` nor Python nor the project has it.

    ``files`` are paths from ``root``. At most 400 modules of at most 256 KiB are looked at.
    """
    modules = [file for file in files if file.endswith(".py")]
    own = {part.removesuffix(".py") for file in modules for part in file.split("/")}
    known = own | sys.stdlib_module_names | {path.name.partition(".")[0] for path in site.iterdir()}
    found: dict[str, str] = {}
    with Reader("imports") as reader:
        for file in modules[:_MOST_FILES]:
            for name in _imports(root / file, reader):
                if name not in known:
                    found.setdefault(name, file)
    return found


def _imports(path: Path, reader: Reader) -> list[str]:
    """What the module imports; nothing where it cannot be read, which the checks find out."""
    if path.stat().st_size > _LARGEST:
        return []
    try:
        names = reader.read("imports", path.read_bytes(), cpu_s=_CPU_S)
    except NotReadable:
        return []
    return [name for name in names if isinstance(name, str) and name.isidentifier()] if isinstance(names, list) else []


def absence(absent: dict[str, str]) -> str:
    """A sentence that names them; nothing where nothing is absent."""
    if not absent:
        return ""
    (name, file), *others = [(name[:60], file) for name, file in list(absent.items())[:_MOST_NAMED]]
    if not others:
        return f"`{name}` is imported in {file} and is not among the course's packages."
    also = "".join(f", `{other}` in {place}" for other, place in others)
    more = f" (and {len(absent) - _MOST_NAMED} more like these)" if len(absent) > _MOST_NAMED else ""
    return f"`{name}` is imported in {file}{also}{more}: none of them is among the course's packages."
