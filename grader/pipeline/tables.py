"""What the tables of a project rest on, as one hash: while that is the same, they need not be made again.

Migrations make the same tables whatever the models say meanwhile. They rest on their own text, on the settings, and on
what both import; where that is more of the project, or cannot be told from the text, it is all of the project.
"""

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from grader.domain.layout import Layout

_LARGEST = 1 << 20
_IMPORT = re.compile(rb"^.*\bimport\b.*$", re.MULTILINE)
_NAME = re.compile(rb"\w+")
# What lets a name in a text decide what is imported or done; signals by which a project takes part in migrating.
_BEYOND_TEXT = re.compile(rb"import_module|__import__|import_string|exec\(|eval\(|DATABASE_ROUTERS|MIGRATION_MODULES")
_SIGNALS = re.compile(rb"(?:pre|post)_migrate")


def tables_key(root: Path, files: Iterable[str], layout: Layout, environment: str) -> str:
    """SHA-256, in hex. ``files`` are paths from ``root``; ``environment`` names the installed packages."""
    python = {file: _read(root / file) for file in files if file.endswith(".py")}
    package = layout.settings.partition(".")[0]
    made_of = {file: text for file, text in python.items() if _is_of(file, package, layout)}
    own = {PurePosixPath(file).parts[0].removesuffix(".py") for file in _in_sources(python, layout)} - {package}
    if _reaches_beyond(made_of.values(), own) or any(map(_SIGNALS.search, python.values())):
        made_of = {file: _read(root / file) for file in files}
    digest = hashlib.sha256(f"{layout.settings}\0{environment}\0".encode())
    for file, text in sorted(made_of.items()):
        digest.update(f"{file}\0{len(text)}\0".encode("utf-8", "surrogateescape") + text)
    return digest.hexdigest()


def _is_of(file: str, package: str, layout: Layout) -> bool:
    """Whether the file is a migration, or lies in the package of the settings."""
    inside = any(inner.startswith((f"{package}/", f"{package}.py")) for inner in _in_sources([file], layout))
    return inside or "migrations" in PurePosixPath(file).parts


def _in_sources(files: Iterable[str], layout: Layout) -> list[str]:
    """The files that can be imported, by their paths from the folder that they are imported from."""
    folders = [f"{source}/" for source in layout.sources] + [""]
    found = [file.removeprefix(folder) for file in files for folder in folders if file.startswith(folder)]
    return [file for file in found if file]


def _reaches_beyond(texts: Iterable[bytes], own: set[str]) -> bool:
    """Whether one of them imports what is ``own`` or lies above it, or does what its text does not tell."""
    names = {name.encode() for name in own}
    for text in texts:
        lines = _IMPORT.findall(text.replace(b"\\\n", b" ").replace(b"\\\r\n", b" "))
        if _BEYOND_TEXT.search(text) or any(b".." in line or names & set(_NAME.findall(line)) for line in lines):
            return True
    return False


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_LARGEST)
