"""The fixture ``files``: the submission as data, never executed."""

import atexit
import copy
from functools import lru_cache
from pathlib import Path
from typing import Any

from grader.domain.evidence import Location
from grader.reader.client import Kind, NotReadable, Reader
from grader.stage.outcome import Failed

LARGEST = 1 << 20
# One for this process, which has one submission; it starts with the first document.
_READER = Reader("toml", "yaml", "json")
atexit.register(_READER.close)


class Files:
    """The files of a submission, by path from its root."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def path(self, name: str) -> Path:
        """Where the file is, for a tool; fails the check if it is missing."""
        path = self._root / name
        if not path.resolve().is_relative_to(self._root.resolve()) or not path.is_file():
            raise Failed(f"a file `{name}`", "there is none")
        return path

    def exists(self, name: str) -> bool:
        """Whether there is such a file."""
        return (self._root / name).is_file()

    def glob(self, pattern: str) -> list[str]:
        """The paths of the files that match, sorted."""
        return sorted(p.relative_to(self._root).as_posix() for p in self._root.glob(pattern) if p.is_file())

    def text(self, name: str) -> str:
        """The file as UTF-8; fails the check if it is missing, larger than 1 MiB or something else.

        A byte order mark at its beginning is taken off, as Python, Docker and readers of YAML do.
        """
        return self._marked(name).removeprefix("\ufeff")

    def _marked(self, name: str) -> str:
        path = self.path(name)
        if path.stat().st_size > LARGEST:
            raise Failed(f"`{name}` of at most 1 MiB", f"{path.stat().st_size} bytes", Location(name))
        try:
            return path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            raise Failed(f"`{name}` in UTF-8", "bytes that are not", Location(name)) from None

    def lines(self, name: str) -> list[str]:
        """The lines of a text."""
        return self.text(name).splitlines()

    def toml(self, name: str) -> dict[str, Any]:
        """The file as TOML; fails the check, with what is wrong, if it is none."""
        found: dict[str, Any] = self._read("toml", name)
        return found

    def json(self, name: str) -> Any:
        """The file as JSON; fails the check if it is none."""
        return self._read("json", name)

    def yaml(self, name: str) -> Any:
        """The file as YAML of plain data; fails the check if it is none, or would grow when it is read."""
        return self._read("yaml", name)

    def _read(self, kind: Kind, name: str) -> Any:
        found = _read(kind, self._marked(name))
        if isinstance(found, NotReadable):
            asked = "that is soon read" if found.exhausting else f"in {kind.upper()}"
            raise Failed(f"`{name}` {asked}", found.text, Location(name, found.line))
        return copy.deepcopy(found)  # a check may change what it has read


@lru_cache(maxsize=64)
def _read(kind: Kind, text: str) -> Any:
    """What the text says, or why it cannot be read: many checks look at the same few files."""
    try:
        return _READER.read(kind, text.encode())
    except NotReadable as problem:
        return problem
