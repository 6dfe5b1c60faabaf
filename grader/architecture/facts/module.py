"""All that is said of one module."""

import ast
import re
from collections.abc import Iterator
from typing import Any

from grader.architecture.facts.classes import class_of
from grader.architecture.facts.functions import function_of
from grader.architecture.facts.imports import imports_of
from grader.architecture.facts.names import Function, Names, Place, walk
from grader.architecture.facts.receivers import Locals
from grader.architecture.facts.statements import sequences_of
from grader.architecture.facts.syntax import syntax_tree
from grader.architecture.facts.uses import uses_of
from grader.architecture.facts.writes import write_of

_ROUTES = frozenset({"path", "re_path", "url", "register"})
_LOADERS = frozenset({"import_string", "import_module", "get_connection"})
_DOTTED = re.compile(r"[^\W\d]\w{0,99}(?:\.[^\W\d]\w{0,99}){1,9}")


def module_facts(data: bytes, name: str) -> dict[str, Any]:
    """What a module of that dotted name says, as plain values; ``facts.Module`` of the trusted side has their types.

    Raises:
        Problem: it is no Python, or none that is worth to be read.
    """
    tree = syntax_tree(data)
    module = name.removesuffix(".")
    return _Facts(tree, Names(tree, module, module if name.endswith(".") else module.rpartition(".")[0])).found()


class _Facts:
    def __init__(self, tree: ast.Module, names: Names) -> None:
        self._tree, self._names = tree, names
        self._scopes: dict[int, Locals] = {}
        self._lists: dict[str, list[Any]] = {key: [] for key in ("imports", "classes", "functions", "writes", "uses")}
        self._routes: list[str] = []
        self._annotated: set[str] = set()
        self._settings: dict[str, list[str]] = {}
        self._loaded: list[str] = []
        self._configures_urls = False

    def found(self) -> dict[str, Any]:
        """All of it."""
        for node, place in walk(self._tree):
            self._lists["imports"] += imports_of(node, place, self._names)
            self._look(node, place)
        return {
            **self._lists,
            "lines": max((getattr(node, "end_lineno", 0) or 0 for node in self._tree.body), default=0),
            "names": self._names.imported,
            "routes": self._routes,
            "configures_urls": self._configures_urls,
            "annotated": sorted(self._annotated),
            "settings": self._settings,
            "loaded": self._loaded,
            "sequences": sequences_of(self._tree),
        }

    def _look(self, node: ast.AST, place: Place) -> None:
        match node:
            case ast.ClassDef():
                self._lists["classes"].append(class_of(node, self._names))
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                self._function(node, place)
            case ast.Call():
                self._call(node, place)
            case ast.AnnAssign(annotation=annotation):
                self._annotated.update(self._inside(annotation))
            case ast.Assign(targets=[ast.Name(id="urlpatterns")]) | ast.AugAssign(target=ast.Name(id="urlpatterns")):
                self._configures_urls = True
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name.isupper() and place.function is None:
                self._settings.setdefault(name, []).extend(_texts(value))
            case ast.AnnAssign(target=ast.Name(id=name), value=value) if name.isupper() and value is not None:
                self._settings.setdefault(name, []).extend(_texts(value))

    def _function(self, node: Function, place: Place) -> None:
        given = node.args
        for argument in (*given.posonlyargs, *given.args, *given.kwonlyargs):
            self._annotated.update(self._inside(argument.annotation))
        self._annotated.update(self._inside(node.returns))
        if place.function is None:
            self._lists["functions"].append(function_of(node, place, self._names))

    def _call(self, node: ast.Call, place: Place) -> None:
        last = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if last in _ROUTES:
            self._routes += filter(None, map(self._target, node.args))
        if last in _LOADERS:
            self._loaded += _settings_read(node)
        scope = self._scopes.get(id(place.function))
        if scope is None:
            scope = self._scopes[id(place.function)] = Locals(place.function, self._names)
        if (write := write_of(node, place, self._names, scope)) is not None:
            self._lists["writes"].append(write)
        self._lists["uses"] += uses_of(node, place, self._names)

    def _target(self, node: ast.expr) -> str:
        """The view of a route: ``View`` of ``View.as_view()``, and what a decorator is put around."""
        while isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute) and node.func.attr == "as_view":
                return self._names.dotted(node.func.value)
            if not node.args:
                return ""
            node = node.args[0]
        return self._names.dotted(node)

    def _inside(self, annotation: ast.expr | None) -> Iterator[str]:
        """All dotted names in an annotation, those in quotes too."""
        if annotation is None:
            return
        for node in ast.walk(annotation):
            match node:
                case ast.Name() | ast.Attribute():
                    yield self._names.dotted(node)
                case ast.Constant(value=str(text)) if text.isidentifier():
                    yield self._names.known(text)


def _texts(value: ast.expr) -> Iterator[str]:
    """Dotted names in the value of a setting."""
    for node in ast.walk(value):
        match node:
            case ast.Constant(value=str(text)) if _DOTTED.fullmatch(text):
                yield text


def _settings_read(call: ast.Call) -> Iterator[str]:
    """In the arguments of what imports by name: ``NAME`` of ``settings.NAME`` and of ``getattr(settings, "NAME")``,
    and the default that stands beside it.
    """
    for argument in [*call.args, *(keyword.value for keyword in call.keywords)]:
        for node in ast.walk(argument):
            match node:
                case ast.Attribute(value=ast.Name(id="settings"), attr=name):
                    yield name
                case ast.Call(func=ast.Name(id="getattr"), args=[ast.Name(id="settings"), *rest]):
                    yield from (
                        one.value for one in rest if isinstance(one, ast.Constant) and isinstance(one.value, str)
                    )
