"""What a module needs of others: by imports, and by names in texts that Django resolves for it."""

import ast
from collections.abc import Iterator
from typing import Any

from grader.architecture.facts.names import Names, Place

RELATIONS = frozenset({"ForeignKey", "OneToOneField", "ManyToManyField"})
_LOADERS = frozenset({"import_module", "import_string"})


def imports_of(node: ast.AST, place: Place, names: Names) -> Iterator[dict[str, Any]]:
    """Each as ``line``, ``target`` (a dotted name), and ``how``: ``import``, ``text``, ``model`` or ``types``.

    A ``text`` is the dotted name in a call that imports, a ``model`` a ``label.Model`` that Django looks up.
    """
    match node:
        case ast.Import(names=aliases):
            yield from (_import(node, alias.name, place) for alias in aliases)
        case ast.ImportFrom(names=aliases):
            base = names.base(node)
            yield from (_import(node, f"{base}.{alias.name}".strip("."), place) for alias in aliases)
        case ast.Call(func=func, args=[ast.Constant(value=str(text)), *rest]):
            yield from _named(node, func, text, rest, names)


def _import(node: ast.stmt, target: str, place: Place) -> dict[str, Any]:
    return {"line": node.lineno, "target": target, "how": "types" if place.typing else "import"}


def _named(node: ast.Call, func: ast.expr, text: str, rest: list[ast.expr], names: Names) -> Iterator[dict[str, Any]]:
    last = func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
    if last in _LOADERS and "." in text:
        yield {"line": node.lineno, "target": text, "how": "text"}
    elif last in RELATIONS and "." in text:
        yield {"line": node.lineno, "target": text, "how": "model"}
    elif last == "get_model":
        match rest:
            case [ast.Constant(value=str(model)), *_] if "." not in text:
                text = f"{text}.{model}"
        yield {"line": node.lineno, "target": text, "how": "model"}
