"""The logic of a module as a sequence of statements, each as a digest that no formatting changes."""

import ast
from collections.abc import Iterator
from hashlib import blake2b

from grader.architecture.facts.functions import is_text
from grader.architecture.facts.names import Function

_BLOCKS = frozenset({"body", "orelse", "finalbody", "handlers", "cases"})
_UNREAD = frozenset({"ctx", "kind", "type_comment", "type_ignores"})
_OPERATORS = (ast.operator, ast.cmpop, ast.boolop, ast.unaryop)


def sequences_of(tree: ast.Module) -> list[str]:
    """The functions of the module as one sequence, and the methods of each class as one; classes inside of functions
    belong to them.

    A sequence is a text: for each statement ``DIGEST WEIGHT LINE END``, with ``;`` between them. The weight is how
    many names, values and operators it has; the lines are those of its head alone where others are inside of it.
    """
    scopes: list[list[ast.stmt]] = [tree.body]
    found: list[str] = []
    while scopes:
        body = scopes.pop(0)
        scopes.extend(one.body for one in body if isinstance(one, ast.ClassDef))
        units = [unit for one in body if isinstance(one, Function) for unit in _units(one)]
        if units:
            found.append(";".join(units))
    return found


def _units(function: Function) -> Iterator[str]:
    """The statements in the order of the text, what is inside of one after it."""
    stack: list[ast.AST] = [function]
    while stack:
        node = stack.pop()
        if is_text(node):
            continue
        yield _unit(node)
        for field in ("cases", "finalbody", "orelse", "handlers", "body"):
            stack.extend(reversed(getattr(node, field, ())))


def _unit(top: ast.AST) -> str:
    parts: list[str] = []
    weight, first = 0, getattr(top, "lineno", 0)
    last = first
    stack: list[object] = [top]
    while stack:
        node = stack.pop()
        if not isinstance(node, ast.AST):
            parts.append(_spelled(node))
            weight += node is not None
            continue
        weight += isinstance(node, _OPERATORS)
        parts.append(type(node).__name__)
        first = first or getattr(node, "lineno", 0)
        if node is not top:
            last = max(last, getattr(node, "end_lineno", 0) or 0)
        stack.extend(_fields(node, whole=node is not top))
    if not any(getattr(top, field, ()) for field in _BLOCKS):
        last = max(last, getattr(top, "end_lineno", 0) or 0)
    digest = blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
    return f"{digest} {weight} {max(first, 1)} {max(last, first, 1)}"


def _fields(node: ast.AST, *, whole: bool) -> Iterator[object]:
    """What is in a node, the last first; the blocks of a statement only where it is inside of an expression."""
    for field in reversed(node._fields):
        if field in _UNREAD or (not whole and field in _BLOCKS):
            continue
        value = getattr(node, field, None)
        yield from reversed(value) if isinstance(value, list) else (value,)


def _spelled(value: object) -> str:
    """A name or a constant; a number in a base that has no longest."""
    return hex(value) if type(value) is int else repr(value)
