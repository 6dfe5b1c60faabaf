"""Classes: what they come from, what they define, and what Django and REST framework read from them."""

import ast
from collections.abc import Iterator
from typing import Any

from grader.architecture.facts.names import Function, Names

_SERIALIZERS = frozenset({"serializer_class", "form_class"})
_CHOOSERS = frozenset({"get_serializer_class", "get_form_class"})


def class_of(node: ast.ClassDef, names: Names) -> dict[str, Any]:
    """One class: ``name``, ``line``, ``bases``, and ``methods`` by name with those that each calls on ``super()``.

    ``serializers`` are the classes of serializers and forms that a view names, ``verbs`` the HTTP methods that it
    restricts itself to: ``None`` where it does not.
    """
    methods = {one.name: sorted(set(_supers(one))) for one in node.body if isinstance(one, Function)}
    bases = [names.dotted(base) for base in [*node.bases, *(keyword.value for keyword in node.keywords)]]
    return {
        "name": node.name,
        "line": node.lineno,
        "bases": [base for base in bases if base],
        "methods": methods,
        "serializers": sorted(set(_named(node, names))),
        "verbs": _verbs(node),
    }


def _supers(function: Function) -> Iterator[str]:
    """``x`` of each ``super().x``, also where it is handed on and called elsewhere."""
    for node in ast.walk(function):
        match node:
            case ast.Attribute(value=ast.Call(func=ast.Name(id="super")), attr=attr):
                yield attr


def _assigned(node: ast.ClassDef) -> Iterator[tuple[str, ast.expr]]:
    for one in node.body:
        match one:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                yield name, value
            case ast.AnnAssign(target=ast.Name(id=name), value=value) if value is not None:
                yield name, value


def _named(node: ast.ClassDef, names: Names) -> Iterator[str]:
    for name, value in _assigned(node):
        if name in _SERIALIZERS and (dotted := names.dotted(value)):
            yield dotted
    for one in node.body:
        if isinstance(one, Function) and one.name in _CHOOSERS:
            for inner in ast.walk(one):
                match inner:
                    case ast.Name(id=name) if name in names.imported or name in names.defined:
                        yield names.known(name)


def _verbs(node: ast.ClassDef) -> list[str] | None:
    for name, value in _assigned(node):
        if name == "http_method_names" and isinstance(value, (ast.List, ast.Tuple)):
            texts = [one.value for one in value.elts if isinstance(one, ast.Constant)]
            return [text.lower() for text in texts if isinstance(text, str)]
    return None
