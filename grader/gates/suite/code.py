"""What there is to run in a module: its statements and its branches, as the text says and nobody else."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import CodeType

Position = tuple[int, int]
_INNER = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.Lambda, ast.IfExp)


@dataclass(frozen=True, slots=True)
class Span:
    """From one (line, column) to before another."""

    start: Position
    end: Position

    def __contains__(self, place: Position) -> bool:
        return self.start <= place < self.end


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement: its first line, its own lines, and its column.

    ``function`` is the qualified name of the function that it is in, "" outside of any. ``open`` says whether another
    statement may be written on a line of its own before it.
    """

    line: int
    own: frozenset[int]
    column: int
    function: str
    open: bool


@dataclass(frozen=True, slots=True)
class Branch:
    """Where a module goes one way or the other.

    ``decides`` is the condition, ``inner`` what decides something else inside it. ``enters`` is where it goes if it is
    so, ``body`` the lines there, ``orelse`` those that are run only if it is not. ``by_jump`` is whether a jump to
    anywhere else shows that it was not.
    """

    line: int
    decides: tuple[Span, ...]
    inner: tuple[Span, ...]
    enters: tuple[Span, ...]
    body: frozenset[int]
    orelse: frozenset[int]
    by_jump: bool


@dataclass(frozen=True, slots=True)
class Module:
    """A module's statements by their first line, and its branches."""

    statements: Mapping[int, Statement]
    branches: tuple[Branch, ...]


def module_of(text: str, tree: ast.Module) -> Module:
    """What there is to run in it; nothing in one that cannot be compiled."""
    try:
        compiled = frozenset(_lines(compile(tree, "module", "exec", dont_inherit=True)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Module({}, ())
    statements: dict[int, Statement] = {}
    branches: list[Branch] = []
    written = text.split("\n")
    for node, function, first in _walk(tree.body, ""):
        own = _own_lines(node)
        if not own & compiled or _says_nothing(node):
            continue
        line = min(own)
        column = node.col_offset
        free = not written[line - 1][:column].strip() and not first
        statements.setdefault(line, Statement(line, own & compiled, column, function, free))
        branches.extend(_branches(node))
    return Module(statements, tuple(branches))


def _walk(body: list[ast.stmt], function: str) -> Iterator[tuple[ast.stmt, str, bool]]:
    """All statements below, with the function that each is in; and whether it shares its line with what it is in."""
    for node in body:
        yield node, function, False
        if isinstance(node, ast.If) and _is_for_types(node.test):
            yield from _walk(node.orelse, function)
            continue
        inside = function
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            inside = f"{function}.{node.name}".lstrip(".")
        elif isinstance(node, ast.ClassDef) and function:
            inside = f"{function}.{node.name}"
        for part in _parts(node):
            yield from _walk(part, inside)


def _parts(node: ast.stmt) -> Iterator[list[ast.stmt]]:
    for name in ("body", "orelse", "finalbody"):
        part = getattr(node, name, None)
        if isinstance(part, list):
            yield part
    for handler in getattr(node, "handlers", ()):
        yield handler.body
    for case in getattr(node, "cases", ()):
        yield case.body


def _own_lines(node: ast.stmt) -> frozenset[int]:
    """The lines of a statement that belong to no statement inside it."""
    first = min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", ()))])
    lines = set(range(first, (node.end_lineno or node.lineno) + 1))
    for part in _parts(node):
        for inner in part:
            start = min([inner.lineno, *(one.lineno for one in getattr(inner, "decorator_list", ()))])
            lines -= set(range(start, (inner.end_lineno or inner.lineno) + 1))
    return frozenset(lines | {first})


def _says_nothing(node: ast.stmt) -> bool:
    """Docstrings, ``...`` and declarations, and what only type checkers read."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True
    return isinstance(node, (ast.Global, ast.Nonlocal)) or (isinstance(node, ast.If) and _is_for_types(node.test))


def _is_for_types(test: ast.expr) -> bool:
    name = test.attr if isinstance(test, ast.Attribute) else getattr(test, "id", "")
    return name == "TYPE_CHECKING"


def _lines(code: CodeType) -> Iterator[int]:
    yield from (line for _, _, line in code.co_lines() if line)
    for const in code.co_consts:
        if isinstance(const, CodeType):
            yield from _lines(const)


def _branches(node: ast.stmt) -> Iterator[Branch]:
    if isinstance(node, (ast.If, ast.While)) and not isinstance(node.test, ast.Constant):
        if not all(isinstance(inner, ast.Pass) for inner in node.body):  # nothing is there to be seen running
            yield _branch([node.test], node.body, _all_lines(node.orelse), (_span(node.body),))
    elif isinstance(node, ast.For):
        entered = Span(_start(node.target), _end(node.target)), _span(node.body)
        yield _branch([node.iter], node.body, _all_lines(node.orelse), entered)
    elif isinstance(node, ast.Match):
        yield from _cases(node.cases)


def _cases(cases: list[ast.match_case]) -> Iterator[Branch]:
    """Of each case that need not apply: whether it did, and whether a later one was come to."""
    for n, case in enumerate(cases):
        if case.guard is None and _takes_all(case.pattern):
            continue
        later = frozenset[int]().union(*(_all_lines(each.body) | {each.pattern.lineno} for each in cases[n + 1 :]))
        decides: list[ast.expr | ast.pattern] = [case.pattern, *([case.guard] if case.guard else [])]
        yield _branch(decides, case.body, later, (_span(case.body),), by_jump=not later)


def _branch(
    decides: Sequence[ast.expr | ast.pattern],
    body: list[ast.stmt],
    orelse: frozenset[int],
    enters: tuple[Span, ...],
    *,
    by_jump: bool = True,
) -> Branch:
    line = decides[0].lineno
    inner = [each for part in decides for each in ast.walk(part) if isinstance(each, _INNER)]
    return Branch(
        line,
        tuple(Span(_start(part), _end(part)) for part in decides),
        tuple(Span(_start(part), _end(part)) for part in inner),
        enters,
        _all_lines(body) - {line},
        orelse - {line},
        by_jump,
    )


def _takes_all(pattern: ast.pattern) -> bool:
    return isinstance(pattern, ast.MatchAs) and pattern.pattern is None


def _span(body: list[ast.stmt]) -> Span:
    return Span(min(_start(node) for node in body), _end(body[-1]))


def _all_lines(body: list[ast.stmt]) -> frozenset[int]:
    return frozenset(line for node in body for line in range(node.lineno, (node.end_lineno or node.lineno) + 1))


def _start(node: ast.stmt | ast.expr | ast.pattern) -> Position:
    return node.lineno, node.col_offset


def _end(node: ast.stmt | ast.expr | ast.pattern) -> Position:
    return node.end_lineno or node.lineno, node.end_col_offset or 0
