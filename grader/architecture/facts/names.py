"""Names of one module: what each stands for as a dotted name from outside, and where in the module a node is."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node is: names of the outermost class and of the outermost function in it, and whether for types alone.

    ``function`` is the node of that function; the names are "" outside of one.
    """

    cls: str = ""
    name: str = ""
    typing: bool = False
    function: Function | None = None


def walk(tree: ast.AST) -> Iterator[tuple[ast.AST, Place]]:
    """All nodes below ``tree``, in the order of the text, with their places. It needs no recursion."""
    stack: list[tuple[ast.AST, Place]] = [(tree, Place())]
    while stack:
        node, place = stack.pop()
        yield node, place
        below = list(_below(node, place))
        stack.extend(reversed(below))


def _below(node: ast.AST, place: Place) -> Iterator[tuple[ast.AST, Place]]:
    match node:
        case ast.ClassDef() if not place.cls and place.function is None:
            place = replace(place, cls=node.name)
        case ast.FunctionDef() | ast.AsyncFunctionDef() if place.function is None:
            place = replace(place, name=node.name, function=node)
        case ast.If(test=test) if _is_typing(test):
            yield from ((child, replace(place, typing=True)) for child in node.body)
            yield from ((child, place) for child in node.orelse)
            return
    yield from ((child, place) for child in ast.iter_child_nodes(node))


def _is_typing(test: ast.AST) -> bool:
    match test:
        case ast.Name(id="TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING"):
            return True
    return False


class Names:
    """What the names of one module stand for, by its imports and its own definitions."""

    def __init__(self, tree: ast.Module, module: str, package: str) -> None:
        """``module`` is the dotted name of the module, ``package`` that of the package it is in."""
        self.module, self._package = module, package
        self.imported: dict[str, str] = {}
        self.defined = {
            node.name for node in tree.body if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
        }
        for node in ast.walk(tree):
            for alias, target in self._targets(node):
                self.imported.setdefault(alias, target)

    def base(self, node: ast.ImportFrom) -> str:
        """The module that a ``from … import`` names, from outside; "" where it leads out of all packages."""
        if not node.level:
            return node.module or ""
        parts = self._package.split(".") if self._package else []
        kept = parts[: len(parts) - (node.level - 1)] if node.level - 1 <= len(parts) else []
        return ".".join([*kept, *([node.module] if node.module else [])])

    def _targets(self, node: ast.AST) -> Iterator[tuple[str, str]]:
        match node:
            case ast.Import(names=names):
                for name in names:
                    first = name.name.partition(".")[0]
                    yield (name.asname, name.name) if name.asname else (first, first)
            case ast.ImportFrom(names=names):
                base = self.base(node)
                for name in names:
                    yield name.asname or name.name, f"{base}.{name.name}".strip(".")

    def dotted(self, node: ast.AST | None) -> str:
        """What a name or a chain of attributes stands for from outside; "" for anything else.

        Type arguments do not count: ``ModelViewSet[Post]`` is ``ModelViewSet``. A name in quotes is that name.
        """
        parts: list[str] = []
        while True:
            match node:
                case ast.Attribute(value=value, attr=attr):
                    parts.append(attr)
                    node = value
                case ast.Subscript(value=value):
                    node = value
                case ast.Name(id=name):
                    return ".".join([self.known(name), *reversed(parts)])
                case _:
                    return ""

    def known(self, name: str) -> str:
        """What one name stands for: what was imported, or defined here; else the name itself."""
        if name in self.defined:
            return f"{self.module}.{name}"
        return self.imported.get(name, name)
