"""What keeps writes apart that come at the same time: locks, constraints that answer, transactions."""

import ast
from collections.abc import Iterable, Iterator

from grader.gates.scenarios.module import Module, Placed, last_name
from grader.gates.scenarios.protection import Protection


def locks(module: Module) -> Iterator[Protection]:
    """Locks of rows, and what is made of the refusal when somebody else was quicker."""
    for at in module.parts:
        match at.node:
            case ast.Call(func=ast.Attribute(attr="select_for_update", value=value)) if at.function:
                yield module.instead("concurrent", at, at.node, f"{module.source.of(value)}.all()", "no row is locked")
            case ast.ExceptHandler() if at.function and "IntegrityError" in module.exceptions(at.node.type):
                what = "who comes second gets the error of the database"
                yield module.before("concurrent", at.function, at.node.body, "raise", what)
            case ast.Call(args=[*arguments]) if at.function and last_name(at.node) == "suppress":
                if any("IntegrityError" in module.exceptions(each) for each in arguments):
                    new = f"{module.source.of(at.node.func)}()"
                    what = "who comes second gets the error of the database"
                    yield module.instead("concurrent", at, at.node, new, what)


def transactions(module: Module) -> Iterator[Protection]:
    """What is done as a whole or not at all."""
    for at in module.parts:
        match at.node:
            case ast.With(items=[ast.withitem(context_expr=expression, optional_vars=None)]) if at.function:
                if _is_atomic(expression):
                    start = module.source.span(at.node)[0]
                    found = module.instead("concurrent", at, expression, "if True", "what is done is done in parts")
                    yield Protection(
                        found.scenario,
                        found.path,
                        found.line,
                        found.last,
                        start,
                        found.end,
                        found.new,
                        at.function,
                        found.what,
                    )
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                for decorator in filter(_is_atomic, at.node.decorator_list):
                    outside = Placed(at.node, "", at.owners, at.inside)
                    what = "what is done is done in parts"
                    yield module.instead("concurrent", outside, decorator, "(lambda it: it)", what)


def of_comments(found: Iterable[Protection]) -> list[Protection]:
    """Those that are about comments, where any are."""
    found = list(found)
    return [each for each in found if "comment" in f"{each.path}.{each.function}".lower()] or found


def _is_atomic(node: ast.expr) -> bool:
    return last_name(node) == "atomic"
