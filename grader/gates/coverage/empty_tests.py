"""Tests that assert nothing, and assertions that cannot fail: as the text of the tests says."""

import ast
from collections.abc import Iterator

from grader.domain.findings import Finding, Severity
from grader.domain.location import Location
from grader.gates.suite.sources import Sources

_RAISING = ("raises", "warns", "deprecated_call", "fail", "approx")
_CAUGHT = ("Exception", "BaseException", "AssertionError", "")


def empty_tests(sources: Sources) -> Iterator[Finding]:
    """A finding for each test function that nothing in it can turn red but an error."""
    helpers = _asserting(sources)
    for path in sources.tests:
        for node in ast.walk(sources.tree(path)):
            if _is_test(node):
                yield from _of(path, node, helpers)  # type: ignore[arg-type]


def _of(path: str, test: ast.FunctionDef, helpers: frozenset[str]) -> Iterator[Finding]:
    where, name = Location(path, test.lineno), test.name[:80]
    never = [node for node in ast.walk(test) if isinstance(node, ast.Assert) and _is_always_true(node.test)]
    for each in never:
        message = f"{name}: `{ast.unparse(each)[:80]}` holds whatever the code does."
        yield Finding("tests.cannot-fail", message, Severity.LOW, Location(path, each.lineno), _CANNOT)
    for node in ast.walk(test):
        if isinstance(node, ast.Try) and _swallows(node):
            message = f"{name}: the `except` takes what the assertion raises, and the test passes."
            yield Finding("tests.cannot-fail", message, Severity.LOW, Location(path, node.lineno), _CANNOT)
    if not never and not _asserts(test, helpers):
        message = f"{name} asserts nothing: it passes unless the code raises."
        yield Finding("tests.no-assertion", message, Severity.NOTE, where, _NOTHING)


_CANNOT = "Compare what the code gave with a value that you wrote down, and see the test fail once."
_NOTHING = "Say in an assertion what has to be so afterwards: what is returned, stored, sent or refused."


def _is_test(node: ast.AST) -> bool:
    return isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name.startswith("test")


def _is_always_true(test: ast.expr) -> bool:
    if isinstance(test, ast.Constant):
        return bool(test.value)
    if isinstance(test, ast.Tuple):  # `assert (condition, "message")`
        return bool(test.elts)
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.Or):
        return any(_is_always_true(value) for value in test.values)
    if isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], (ast.Eq, ast.Is, ast.LtE)):
        same = ast.dump(test.left) == ast.dump(test.comparators[0])
        return same and not any(isinstance(node, ast.Call) for node in ast.walk(test))
    return False


def _swallows(node: ast.Try) -> bool:
    """Whether an assertion in it is caught by a handler that does nothing."""
    asserting = any(isinstance(inner, ast.Assert) for part in node.body for inner in ast.walk(part))
    return asserting and any(
        _caught(handler) in _CAUGHT and all(isinstance(part, (ast.Pass, ast.Continue)) for part in handler.body)
        for handler in node.handlers
    )


def _caught(handler: ast.ExceptHandler) -> str:
    return handler.type.id if isinstance(handler.type, ast.Name) else "" if handler.type is None else "?"


def _asserts(node: ast.AST, helpers: frozenset[str]) -> bool:
    for inner in ast.walk(node):
        if isinstance(inner, (ast.Assert, ast.Raise)):
            return True
        if isinstance(inner, ast.Call):
            name = _called(inner)
            if name in _RAISING or "assert" in name.lower() or name in helpers:
                return True
    return any(name in helpers for name in _arguments(node))


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _arguments(node: ast.AST) -> list[str]:
    """The fixtures of a test, by name: one of them may assert for it."""
    return [each.arg for each in node.args.args] if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) else []


def _asserting(sources: Sources) -> frozenset[str]:
    """The names of functions beside the tests that assert, or call one that does."""
    functions = [
        node
        for path in sources.tests
        for node in ast.walk(sources.tree(path))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and not _is_test(node)
    ]
    found: frozenset[str] = frozenset()
    while True:
        more = frozenset(node.name for node in functions if _asserts(node, found))
        if more <= found:
            return found
        found |= more
