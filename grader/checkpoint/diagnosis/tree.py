"""The submission as the trusted side has it: which places and names in what a project says are really there.

An exception's path, line and class are the project's own words, and a report shows them. Words that may be anything
could carry what other checks have asked; words that stood in the submission beforehand can carry next to nothing.
"""

import builtins
import os
import re
import stat
from collections.abc import Callable
from functools import cached_property
from pathlib import Path, PurePosixPath

from grader.domain.evidence import Location
from grader.domain.text import spelled

_LARGEST = 4 << 20  # bytes of a file whose lines are counted
_LONGEST_SOURCE, _MOST_SOURCE = 1 << 20, 8 << 20  # characters of a file, and of all, in which names are looked for
_MOST_FILES = 5_000
_DEEPEST = 8  # parts of a dotted name
_STANDARD = Path(os.__file__).parent
_PLAIN_PATH = re.compile(r"[\w. /-]{1,100}")
# Classes that Django makes for every model, so that they stand in no source under their own module.
_MADE = frozenset(("DoesNotExist", "MultipleObjectsReturned"))


class Tree:
    """``root`` is the trusted copy of the submission, ``site`` the folder of the packages installed for it."""

    def __init__(self, root: Path, site: Path) -> None:
        self._root, self._site = root, site
        self._lines: dict[str, int] = {}
        self._known: dict[str, bool] = {}

    def place(self, path: str, line: int | None) -> Location | None:
        """That place, if it is a file of the submission; without the line if it is none of its lines."""
        count = self._count(path)
        if count is None:
            return None
        return Location(spelled(path), line if line is not None and 1 <= line <= count else None)

    def named_by_author(self, where: Location) -> Location | None:
        """A place that a check has named: a file that is missing may be named too, if it is a plain path."""
        found = self.place(where.path, where.line)
        return found or (where if _PLAIN_PATH.fullmatch(where.path) else None)

    def line(self, where: Location) -> str:
        """The text of that line, or "" if it has none."""
        if where.line is None or self.place(where.path, where.line) is None:
            return ""
        return dict(enumerate(_text(self._root / where.path).splitlines(), 1)).get(where.line, "")

    def find(self, pattern: re.Pattern[str], path: str = "") -> Location | None:
        """The first line of the submission's Python that matches, in ``path`` alone if that is named."""
        for file in [self._root / path] if path else self._python:
            text = _text(file)
            if found := pattern.search(text):
                return self.place(file.relative_to(self._root).as_posix(), text.count("\n", 0, found.start()) + 1)
        return None

    def class_of(self, name: str) -> Location | None:
        """Where the submission defines a class of that name."""
        return self.find(re.compile(rf"^class {re.escape(name)}\b", re.MULTILINE))

    def not_utf8(self) -> tuple[str, bytes] | None:
        """The first Python file that is not UTF-8 or has a null byte: its path, and how it begins."""
        for file in self._python:
            with file.open("rb") as opened:
                data = opened.read(_LONGEST_SOURCE)
            path = file.relative_to(self._root).as_posix()
            if not _is_utf8(data) and self.place(path, None):
                return spelled(path), data[:8]
        return None

    def has_folder_or_module(self, name: str, folders: tuple[str, ...]) -> bool:
        """Whether the submission has a package or module of that name in its root or one of these folders."""
        roots = [self._root, *(self._root / folder for folder in folders)]
        return name.isidentifier() and any((r / name).is_dir() or (r / f"{name}.py").is_file() for r in roots)

    def folder_of_package(self, name: str) -> str:
        """The folder in which a package of that name lies, of several the first; "" if that is the root or none."""
        inits = (file.relative_to(self._root) for file in self._python if file.name == "__init__.py")
        holders = (init.parents[1].as_posix() for init in inits if init.parent.name == name)
        return next((spelled(holder) for holder in holders if holder != "."), "")

    def has_name(self, name: str) -> bool:
        """Whether this identifier stands anywhere in the Python of the submission."""
        return name.isidentifier() and self._remembered(name, lambda: _stands_in(name, self._source))

    def exception(self, bases: tuple[str, ...]) -> str:
        """Of a class and its bases, as dotted names, the first that the submission, Python or a package has."""
        names = (base.rpartition(".")[2] for base in bases if self._has_class(base))
        return next(names, "An exception")

    def _has_class(self, dotted: str) -> bool:
        name = dotted.rpartition(".")[2]
        if name in _MADE or _is_builtin(name) or self.has_name(name):
            return True
        return self._remembered(f".{dotted}", lambda: any(_is_defined(dotted, root) for root in self._roots))

    @property
    def _roots(self) -> tuple[Path, Path]:
        return self._site, _STANDARD

    def _remembered(self, key: str, find: Callable[[], bool]) -> bool:
        if key not in self._known:
            self._known[key] = find()
        return self._known[key]

    @cached_property
    def _python(self) -> tuple[Path, ...]:
        files = (p for p in self._root.rglob("*.py") if self._is_file(p.relative_to(self._root).as_posix()))
        return tuple(sorted(files))[:_MOST_FILES]

    @cached_property
    def _source(self) -> str:
        read, left = [], _MOST_SOURCE
        for path in self._python:
            read.append(_text(path)[: max(left, 0)])
            left -= len(read[-1])
        return "\n".join(read)

    def _count(self, path: str) -> int | None:
        """How many lines that file has, as Python counts them; ``None`` if the submission has no such file."""
        if path not in self._lines:
            if not self._is_file(path):
                return None
            self._lines[path] = _lines(self._root / path)
        return self._lines[path]

    def _is_file(self, path: str) -> bool:
        pure = PurePosixPath(path)
        if pure.is_absolute() or ".." in pure.parts or str(pure) != path:
            return False
        try:
            whole = self._root / path
            return stat.S_ISREG(whole.lstat().st_mode) and whole.resolve() == self._root.resolve() / path
        except (OSError, ValueError):
            return False


def _lines(path: Path) -> int:
    if path.stat().st_size > _LARGEST:
        return 0
    data = path.read_bytes()
    return data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n") + 1


def _is_builtin(name: str) -> bool:
    found = getattr(builtins, name, None)
    return isinstance(found, type) and issubclass(found, BaseException)


def _is_defined(dotted: str, root: Path) -> bool:
    """Whether the module that a dotted name begins with lies below ``root`` and has its last part in it."""
    parts = dotted.split(".")
    if len(parts) > _DEEPEST or not all(part.isidentifier() for part in parts):
        return False
    for end in range(len(parts) - 1, 0, -1):
        folder = root.joinpath(*parts[:end])
        for path in (folder.with_suffix(".py"), folder / "__init__.py"):
            if path.is_file():
                return _stands_in(parts[-1], _text(path))
    return False


def _text(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(_LONGEST_SOURCE).decode("utf-8", "replace")


def _is_utf8(data: bytes) -> bool:
    if b"\0" in data:
        return False
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        # Of a file that was cut off, the last character may be half there.
        return len(data) == _LONGEST_SOURCE and error.start > _LONGEST_SOURCE - 4
    return True


def _stands_in(name: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None
