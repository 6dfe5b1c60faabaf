"""What a method is called on: a local name is followed to what it was made from."""

import ast
from dataclasses import dataclass
from typing import Literal

from grader.architecture.facts.names import Function, Names

_DEEPEST = 4


@dataclass(frozen=True, slots=True)
class Receiver:
    """``root`` is the first name of the expression, and what ``kind`` of name that is; ``attributes`` follow it.

    ``made`` is the dotted name of what was called to get it, ``beyond`` how many attributes follow that call;
    ``annotation`` is that of the parameter, where it is one that has one.
    """

    root: str
    kind: Literal["super", "self", "parameter", "imported", "local", "other"]
    attributes: tuple[str, ...]
    made: str = ""
    beyond: int = 0
    annotation: str = ""


class Locals:
    """The names inside of one function: its parameters, and what was given to its variables first."""

    def __init__(self, function: Function | None, names: Names) -> None:
        self._names = names
        self._given: dict[str, ast.expr] = {}
        self._parameters: dict[str, str] = {}
        if function is not None:
            for node in ast.walk(function):
                self._collect(node)

    def receiver(self, node: ast.expr) -> Receiver:
        """What this expression is called on."""
        attributes: list[str] = []
        made, beyond = "", 0
        for _ in range(_DEEPEST):
            root, more, called = _flat(node)
            attributes = [*more, *attributes]
            if called is not None and not made:
                made, beyond = self._made(called), len(attributes) - len(more)
            if root not in self._given or root in self._parameters:
                break
            node = self._given[root]
        return Receiver(root, self._kind(root), tuple(attributes), made, beyond, self._parameters.get(root, ""))

    def _made(self, called: ast.expr) -> str:
        """The dotted name of what was called; "" for a method of something local."""
        root = _flat(called)[0]
        return "" if root in self._given or root in self._parameters else self._names.dotted(called)

    def _kind(self, root: str) -> Literal["super", "self", "parameter", "imported", "local", "other"]:
        if root == "super()":
            return "super"
        if root in ("self", "cls"):
            return "self"
        if root in self._parameters:
            return "parameter"
        if root in self._given:
            return "local"
        return "imported" if self._names.known(root) != root else "other"

    def _collect(self, node: ast.AST) -> None:
        match node:
            case ast.arg(arg=name, annotation=annotation):
                self._parameters.setdefault(name, self._names.dotted(annotation))
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.NamedExpr(target=ast.Name(id=name), value=value)
            ):
                self._given.setdefault(name, value)
            case ast.AnnAssign(target=ast.Name(id=name), value=value) if value is not None:
                self._given.setdefault(name, value)
            case ast.For(target=ast.Name(id=name), iter=value) | ast.AsyncFor(target=ast.Name(id=name), iter=value):
                self._given.setdefault(name, value)
            case ast.withitem(context_expr=value, optional_vars=ast.Name(id=name)):
                self._given.setdefault(name, value)


def _flat(node: ast.expr) -> tuple[str, list[str], ast.expr | None]:
    """The first name of a chain, the attributes after it, and what was called last of all, if it ends with a call."""
    attributes: list[str] = []
    called: ast.expr | None = None
    while True:
        match node:
            case ast.Call(func=ast.Name(id="super")):
                return "super()", attributes[::-1], None
            case ast.Call(func=ast.Name(id="cast") | ast.Attribute(attr="cast"), args=[_, value]):
                node = value
            case ast.Call(func=func):
                called = func if called is None and not attributes else called
                node = func
            case ast.Attribute(value=value, attr=attr):
                attributes.append(attr)
                node = value
            case ast.Await(value=value) | ast.Subscript(value=value):
                node = value
            case ast.Name(id=name):
                return name, attributes[::-1], called
            case _:
                return "", attributes[::-1], called
