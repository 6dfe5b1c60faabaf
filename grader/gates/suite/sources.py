"""The project's own modules as the trusted side parses them: never as the project says of itself."""

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from grader.domain.layout import Layout
from grader.reader.client import NotReadable, Reader

_LARGEST = 200_000  # bytes: as much as the child reads of one
_FOLDERS = r"(^|/)(migrations|tests?|settings|node_modules|\.[^/]+|site-packages|venv)/"
_FILES = r"(^|/)(manage|conftest|asgi|wsgi|test_[^/]*|[^/]*_test|tests)\.py$"
_LEFT_OUT = re.compile(f"{_FOLDERS}|{_FILES}")


@dataclass(frozen=True)
class Sources:
    """``measured`` are the paths of modules that tests are expected to run, ``tests`` those of the tests themselves."""

    root: Path
    measured: tuple[str, ...]
    tests: tuple[str, ...]

    @classmethod
    def of(cls, root: Path, files: Iterable[str], layout: Layout) -> "Sources":
        """Those of a project: all modules below its folders of sources but tests, migrations and settings."""
        modules = [path for path in files if path.endswith(".py")]
        tests = tuple(path for path in modules if is_test(path, layout))
        folders = layout.sources or ("",)
        own = [path for path in modules if any(not folder or path.startswith(f"{folder}/") for folder in folders)]
        measured = tuple(path for path in own if path not in set(tests) and not _LEFT_OUT.search(path))
        return cls(root, measured, tests)

    def text(self, path: str) -> str:
        """The text of a module; "" if it is none."""
        return self._texts.get(path, "")

    @cached_property
    def _texts(self) -> dict[str, str]:
        return {path: text for path in (*self.measured, *self.tests) if (text := _read(self.root / path)) is not None}

    def tree(self, path: str) -> ast.Module:
        """It parsed; an empty one if it cannot be."""
        return self._trees.get(path, _EMPTY)

    @property
    def unreadable(self) -> tuple[str, ...]:
        """The measured modules of which it is not known what they hold: too long, too deep, or no Python."""
        return tuple(path for path in self.measured if path not in self._trees)

    @cached_property
    def _trees(self) -> dict[str, ast.Module]:
        """A child reads each first, which can be killed: what exhausts it is not read here."""
        with Reader("startup") as reader:
            trees = {path: _parsed(text) for path, text in self._texts.items() if _is_harmless(reader, text)}
        return {path: tree for path, tree in trees.items() if tree is not None}


_EMPTY = ast.Module([], [])


def is_test(path: str, layout: Layout) -> bool:
    """Whether it is one of the tests, or something that only they use."""
    below = any(path == place or path.startswith(f"{place}/") for place in layout.tests)
    name = path.rpartition("/")[2]
    return below or name in ("conftest.py", "tests.py") or name.startswith("test_") or "/tests/" in f"/{path}"


def _read(path: Path) -> str | None:
    try:
        if path.stat().st_size > _LARGEST:
            return None
        return path.read_bytes().decode("utf-8").replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError):
        return None


def _is_harmless(reader: Reader, text: str) -> bool:
    try:
        reader.read("startup", text.encode())
    except NotReadable as bad:
        return not bad.exhausting
    return True


def _parsed(text: str) -> ast.Module | None:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
