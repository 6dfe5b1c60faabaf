"""How large and how branched functions are, by McCabe's number and by the count of their statements."""

import ast
from collections.abc import Iterator
from typing import Any

from grader.architecture.facts.names import Function, Names, Place

_BRANCHES = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.ExceptHandler, ast.FunctionDef, ast.AsyncFunctionDef)


def function_of(node: Function, place: Place, names: Names) -> dict[str, Any]:
    """One function that is inside no other: ``name``, ``cls``, ``line``, ``complexity``, ``statements``, what it is
    decorated with, and the name of its first parameter.
    """
    parameters = [*node.args.posonlyargs, *node.args.args]
    return {
        "name": node.name,
        "cls": place.cls,
        "line": node.lineno,
        "complexity": complexity(node),
        "statements": statements(node),
        "decorators": list(_decorators(node, names)),
        "first": parameters[0].arg if parameters else "",
    }


def complexity(function: Function) -> int:
    """McCabe's number of a function and all that is defined in it, counted as ruff's rule C901 counts."""
    return 1 + sum(map(_branches, _statements_below(function)))


def _branches(node: ast.AST) -> int:
    match node:
        case ast.Try() | ast.TryStar():
            return bool(node.orelse)
        case ast.Match(cases=cases):
            last = cases[-1]
            return len(cases) - (last.guard is None and _takes_all(last.pattern))
    return isinstance(node, _BRANCHES)


def _takes_all(pattern: ast.pattern) -> bool:
    """Whether it is like an ``else``."""
    match pattern:
        case ast.MatchAs(pattern=None):
            return True
        case ast.MatchAs(pattern=inner) if inner is not None:
            return _takes_all(inner)
        case ast.MatchOr(patterns=patterns):
            return any(_takes_all(one) for one in patterns)
    return False


def statements(function: Function) -> int:
    """How many statements it has, those of what it defines included. Texts that stand alone, as docstrings, do not
    count.
    """
    return sum(isinstance(node, ast.stmt) and not is_text(node) for node in _statements_below(function))


def is_text(node: ast.AST) -> bool:
    """Whether a statement is nothing but a text."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _statements_below(function: Function) -> Iterator[ast.AST]:
    """The statements in it with handlers and cases, not those that expressions could hold; no recursion."""
    stack: list[ast.AST] = list(function.body)
    while stack:
        node = stack.pop()
        yield node
        for field in ("body", "orelse", "finalbody", "handlers", "cases"):
            stack.extend(getattr(node, field, ()))


def _decorators(node: Function, names: Names) -> Iterator[str]:
    for one in node.decorator_list:
        yield names.dotted(one.func if isinstance(one, ast.Call) else one)
