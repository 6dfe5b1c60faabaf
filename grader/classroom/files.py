"""Files that are written whole or not at all, and folders that are called after students."""

import hashlib
import os
import re
import tempfile
import unicodedata
from pathlib import Path

from grader.domain.errors import EnvironmentError_

_LONGEST = 60
_ODD = re.compile(r"[^\w.\- ]|^[.\- ]|[. ]$")
# As names that are made here end: who is called so by themselves would be given another's folder.
_DIGITS = 16
_MADE = re.compile(rf"-[0-9a-f]{{{_DIGITS}}}$")


def write(folder: Path, name: str, text: str) -> Path:
    """The file's path, once all of it is there: a reader never meets a half.

    Raises:
        EnvironmentError_: it cannot be written.
    """
    temporary = None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=folder, prefix=f".{name}-")
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace", newline="") as file:
            file.write(text)
        Path(temporary).chmod(0o644)
        return Path(temporary).replace(folder / name)
    except OSError as problem:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
        raise EnvironmentError_(
            f"{folder / name} cannot be written: {problem.strerror}", "Make room, and run the same command again."
        ) from None


def folder_name(student: str) -> str:
    """A name for this student's folder, and for no other's: letters of any script, and nothing that a path acts on."""
    plain = unicodedata.normalize("NFC", student)
    name = _ODD.sub("_", plain)
    while len(name.encode()) > _LONGEST * 2:
        name = name[:-1]
    odd = name != plain or name.casefold() != name or len(name) > _LONGEST or _MADE.search(name)
    if name and not odd:
        return name
    return f"{name[:_LONGEST]}-{hashlib.sha256(plain.encode('utf-8', 'replace')).hexdigest()[:_DIGITS]}"
