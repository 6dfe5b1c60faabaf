"""Python sources as data: the classes of a module, what their bodies assign, where functions begin. Nothing is run."""

from __future__ import annotations

import ast
import warnings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

LONGEST = 200_000
MOST_CLASSES = 500
MOST_VALUES = 200


def parsed(text: str) -> ast.Module | None:
    """The tree of a module, or ``None`` for what is no Python or more than anybody writes."""
    if len(text) > LONGEST:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def classes(texts: Sequence[tuple[str, str]]) -> list[list[Any]]:
    """The classes of these modules ``[[path, text], …]``, as ``[path, line, name, bases, assigned, meta]``.

    ``assigned`` has, for each name that a class's body gives a value, ``[name, line, called, keywords, whole]``: what
    is called, the keywords with those values that are plain, and whether all the keywords stand there. ``meta`` has the
    texts that an inner class Meta gives, marked for translation or not.
    """
    found: list[list[Any]] = []
    for path, text in texts:
        tree = parsed(text)
        for node in ast.walk(tree) if tree is not None else ():
            if isinstance(node, ast.ClassDef):
                bases = [dotted(base) for base in node.bases][:20]
                found.append([path, node.lineno, node.name[:200], bases, assigned(node), meta(node)])
    return found[:MOST_CLASSES]


def meta(node: ast.ClassDef) -> dict[str, str]:
    """The texts of the inner class Meta, by name."""
    inner = next((line for line in node.body if isinstance(line, ast.ClassDef) and line.name == "Meta"), None)
    found: dict[str, str] = {}
    for line in inner.body if inner is not None else ():
        value = getattr(line, "value", None)
        text = plain(value.args[0] if isinstance(value, ast.Call) and value.args else value)
        for target in getattr(line, "targets", ()):
            if isinstance(target, ast.Name) and isinstance(text, str):
                found[target.id[:200]] = text
    return found


def assigned(node: ast.ClassDef) -> list[list[Any]]:
    """What the body of a class gives a value, one name each."""
    found: list[list[Any]] = []
    for line in node.body:
        value = getattr(line, "value", None)
        for target in getattr(line, "targets", None) or [getattr(line, "target", None)]:
            if isinstance(target, ast.Name) and value is not None:
                found.append(described(target.id, line.lineno, value))
    return found[:MOST_VALUES]


def described(name: str, line: int, value: ast.expr) -> list[Any]:
    """One value: what is called to make it, with which keywords."""
    if not isinstance(value, ast.Call):
        return [name[:200], line, "", {}, True]
    keywords = {k.arg[:200]: plain(k.value) for k in value.keywords if k.arg}
    return [name[:200], line, dotted(value.func), keywords, all(k.arg for k in value.keywords)]


def plain(value: ast.expr | None) -> str | bool | None:
    """A constant text, number or truth; ``None`` for what has to be run to be known."""
    constant = value.value if isinstance(value, ast.Constant) else None
    if isinstance(constant, str):
        return constant[:200]
    return constant if isinstance(constant, bool) else None


def dotted(node: ast.expr) -> str:
    """A dotted name as it is written; empty for anything else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)])[:200] if isinstance(node, ast.Name) else ""


def functions(text: str) -> list[tuple[int, int, int]]:
    """The functions of a module, as (first line with its decorators, first line of the body, that line's indent)."""
    tree = parsed(text)
    found: list[tuple[int, int, int]] = []
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            found.append((first, node.body[0].lineno, node.body[0].col_offset))
    return found[:5000]
