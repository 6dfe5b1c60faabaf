"""Which addresses a module of URLs names, read in the child from its text: nothing of it is imported."""

import ast
from collections.abc import Iterator
from typing import Any

from grader.reader.startup import tree

_MOST = 500
_PATHS = frozenset({"path", "re_path", "url"})
_SCHEMAS = {"NinjaAPI": "/openapi.json", "NinjaExtraAPI": "/openapi.json"}


def routes(data: bytes) -> dict[str, Any]:
    """``routes``, in order: the ``path`` as it stands there, and the module that it includes or the name of its view.

    ``imports`` are modules by the names that they give things here, ``documents`` where an API object of a name serves
    its OpenAPI document, below its own address; ``calls`` by what function a name was made.
    """
    module = tree(data)
    found: list[dict[str, str]] = []
    documents: dict[str, str] = {}
    calls: dict[str, str] = {}
    imports = dict(_imports(module))
    for node in ast.walk(module):
        match node:
            case ast.Call(args=[ast.Constant(str(path)), target, *_]) if _name(node.func) in _PATHS:
                found.append({"path": path, "include": _included(target), "view": _view(target)})
            case ast.Assign(targets=[ast.Name(name)], value=ast.Call() as call):
                calls[name] = _name(call.func)
                if (address := _document(call)) is not None:
                    documents[name] = address
    return {"routes": found[:_MOST], "imports": imports, "documents": documents, "calls": calls}


def _imports(module: ast.AST) -> Iterator[tuple[str, str]]:
    for node in ast.walk(module):
        if isinstance(node, ast.ImportFrom):
            dots = "." * node.level
            yield from ((alias.asname or alias.name, f"{dots}{node.module or ''}") for alias in node.names[:100])


def _document(call: ast.Call) -> str | None:
    """Where an API object serves its document; nothing where it serves none, or is none."""
    default = _SCHEMAS.get(_name(call.func))
    given = next((keyword.value for keyword in call.keywords if keyword.arg == "openapi_url"), None)
    if default is None or given is None:
        return default
    return given.value if isinstance(given, ast.Constant) and isinstance(given.value, str) else None


def _included(target: ast.AST) -> str:
    """The module of ``include("a.b")``, also with a namespace; nothing for anything else."""
    if isinstance(target, ast.Call) and _name(target.func) == "include" and target.args:
        first = target.args[0]
        if isinstance(first, ast.Tuple) and first.elts:
            first = first.elts[0]
        if isinstance(first, ast.Constant) and isinstance(first.value, str):
            return first.value
    return ""


def _view(target: ast.AST) -> str:
    """``View`` of ``x.View.as_view()``, ``csrf_exempt(View.as_view())`` and ``View``; ``api`` of ``api.urls``."""
    while isinstance(target, ast.Call):
        inner = target.func
        if isinstance(inner, ast.Attribute) and inner.attr in ("as_view", "with_ui", "without_ui"):
            return _name(inner.value)
        if not target.args:
            return _name(inner)
        target = target.args[0]
    if isinstance(target, ast.Attribute) and target.attr == "urls":
        return _name(target.value)
    return _name(target)


def _name(node: ast.AST) -> str:
    """The last part of a dotted name; nothing for what is none."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
