"""Which tests are about a scenario, by their words: these are asked first, since not all of them can be."""

import ast
import re
from collections.abc import Iterable
from functools import cache

from grader.gates.suite.sources import Sources

NAMED, INSIDE, BESIDE, ELSEWHERE = range(4)


class Hints:
    """The texts of a project's tests, function by function."""

    def __init__(self, sources: Sources) -> None:
        self._files = {path: sources.text(path) for path in sources.tests}
        self._functions = {path: dict(_functions(self._files[path], sources.tree(path))) for path in sources.tests}
        self._by_module = {path.removesuffix(".py").replace("/", "."): path for path in sources.tests}
        self.rank = cache(self._rank)

    def _rank(self, test: str, words: re.Pattern[str]) -> int:
        """``NAMED`` for a test with one of these words in its name, ``INSIDE``, or ``BESIDE``, in its file.

        In a file that is called by one of them (``test_csrf.py``) each test is about it, whatever is its own name.
        """
        path, name = self._split(test)
        if words.search(name):
            return NAMED
        if words.search(path.rpartition("/")[2]):
            return INSIDE
        function = re.split(r"::|\.", name.partition("[")[0])[-1]
        if words.search(self._functions.get(path, {}).get(function, "")):
            return INSIDE
        return BESIDE if words.search(self._files.get(path, "")) else ELSEWHERE

    def _split(self, test: str) -> tuple[str, str]:
        """The file of a test and the rest of its name, as pytest or unittest write it."""
        path, found, name = test.partition("::")
        if found:
            return path, name
        parts = test.split(".")
        for n in range(len(parts) - 1, 0, -1):
            module = ".".join(parts[:n])
            if module in self._by_module:
                return self._by_module[module], ".".join(parts[n:])
        return "", test


def _functions(text: str, tree: ast.Module) -> Iterable[tuple[str, str]]:
    lines = text.split("\n")
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            yield node.name, "\n".join(lines[first - 1 : node.end_lineno])
