"""What the tables of a project rest on, as one hash: while that is the same, they need not be made again.

Migrations make the same tables whatever the models say meanwhile. They rest on their own text, on the settings, and on
what both import, and what that imports; where the text does not tell which that is, it is all of the project.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from grader.domain.layout import Layout

_LARGEST = 1 << 20
_IMPORT = re.compile(rb"^.*\bimport\b.*$", re.MULTILINE)
# Of a line whose words are one space apart.
_FROM = re.compile(rb"from ([\w.]+) import \(?([\w ,]*)\)?")
_PLAIN = re.compile(rb"import ([\w.]+)(?: as \w+)?")
_BESIDE = re.compile(rb"\bfrom\s+\.")
# Where a dotted name begins: `core` of `core.models`, and not of `django.core`.
_FIRST_NAME = re.compile(rb"(?<![\w.])\w+")
# What lets a name in a text decide what is imported or done; signals by which a project takes part in migrating.
_BEYOND_TEXT = re.compile(rb"import_module|__import__|import_string|exec\(|eval\(|DATABASE_ROUTERS|MIGRATION_MODULES")
_SIGNALS = re.compile(rb"(?:pre|post)_migrate")


def tables_key(root: Path, files: Iterable[str], layout: Layout, environment: str) -> str:
    """SHA-256, in hex. ``files`` are paths from ``root``; ``environment`` names the installed packages."""
    python = {file: _read(root / file) for file in files if file.endswith(".py")}
    made_of = None if any(map(_SIGNALS.search, python.values())) else _made_of(python, layout)
    if made_of is None:
        made_of = {file: _read(root / file) for file in files}
    digest = hashlib.sha256(f"{layout.settings}\0{environment}\0".encode())
    for file, text in sorted(made_of.items()):
        digest.update(f"{file}\0{len(text)}\0".encode("utf-8", "surrogateescape") + text)
    return digest.hexdigest()


def _made_of(python: Mapping[str, bytes], layout: Layout) -> dict[str, bytes] | None:
    """The migrations, the settings and what they import, by their files; ``None`` where the text does not tell that."""
    package = layout.settings.partition(".")[0]
    by_inner = {inner: file for file in python for inner in _in_sources([file], layout)}
    own = {PurePosixPath(inner).parts[0].removesuffix(".py") for inner in by_inner} - {package}
    todo = [file for file in python if _is_of(file, package, layout)]
    found: dict[str, bytes] = {}
    while todo:
        file = todo.pop()
        if file in found:
            continue
        found[file] = python[file]
        imported = _imported(python[file], own, relative=_is_of(file, package, layout))
        if imported is None:
            return None
        todo += [by_inner[inner] for inner in imported if inner in by_inner]
    return found


def _imported(text: bytes, own: set[str], *, relative: bool) -> set[str] | None:
    """The paths at which modules of the project may lie that a text imports; ``None`` where it does not tell them.

    ``relative`` says that all beside it counts anyhow.
    """
    if _BEYOND_TEXT.search(text):
        return None
    names, paths = {name.encode() for name in own}, set[str]()
    for line in _IMPORT.findall(text.replace(b"\\\n", b" ").replace(b"\\\r\n", b" ")):
        beside = b".." not in line and (relative or not _BESIDE.search(line))
        if beside and not names & set(_FIRST_NAME.findall(line)):
            continue
        words = b" ".join(line.partition(b"#")[0].split())
        told = _FROM.fullmatch(words) or _PLAIN.fullmatch(words)
        if told is None or told[1].startswith(b".") or line.count(b"(") != line.count(b")"):
            return None
        parents, members = told[1].decode().split("."), (told[2].decode() if told.re is _FROM else "")
        modules = [parents[: n + 1] for n in range(len(parents))]
        modules += [[*parents, name] for name in re.findall(r"\w+", members)]
        paths |= {f"{'/'.join(module)}{end}" for module in modules for end in (".py", "/__init__.py")}
    return paths


def _is_of(file: str, package: str, layout: Layout) -> bool:
    """Whether the file is a migration, or lies in the package of the settings."""
    inside = any(inner.startswith((f"{package}/", f"{package}.py")) for inner in _in_sources([file], layout))
    return inside or "migrations" in PurePosixPath(file).parts


def _in_sources(files: Iterable[str], layout: Layout) -> list[str]:
    """The files that can be imported, by their paths from the folder that they are imported from."""
    folders = [f"{source}/" for source in layout.sources] + [""]
    found = [file.removeprefix(folder) for file in files for folder in folders if file.startswith(folder)]
    return [file for file in found if file]


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_LARGEST)
