"""A module taken apart: every part with the function and the class that it is in, and ways to write it otherwise."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from grader.gates.scenarios.protection import Protection
from grader.gates.strength.text import Text

Function = ast.FunctionDef | ast.AsyncFunctionDef
Part = ast.expr | ast.stmt | ast.keyword


@dataclass(frozen=True, slots=True)
class Placed:
    """A part, with the functions and classes around it, the innermost last; ``inside`` are statements around it."""

    node: ast.AST
    function: str
    owners: tuple[Function | ast.ClassDef, ...]
    inside: tuple[ast.stmt, ...]

    @property
    def owner(self) -> str:
        """The name of the function or class that it is in; "" for the module."""
        return self.owners[-1].name if self.owners else ""

    @property
    def conditional(self) -> bool:
        """Whether it is done only under a condition, or when something has failed."""
        return any(isinstance(each, (ast.If, ast.Try, ast.Match)) for each in self.inside)


@dataclass(frozen=True)
class Module:
    """``aliases``: names of tuples of exceptions that modules of the project have, each with what is in it."""

    path: str
    text: str
    tree: ast.Module
    aliases: Mapping[str, frozenset[str]]

    @cached_property
    def source(self) -> Text:
        """Where its parts stand."""
        return Text(self.text)

    @cached_property
    def parts(self) -> tuple[Placed, ...]:
        """All of them."""
        return tuple(_walk(self.tree, "", (), ()))

    @cached_property
    def imported(self) -> Mapping[str, str]:
        """Each name that is imported, with the module that it comes from."""
        found: dict[str, str] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ImportFrom):
                found |= {name.asname or name.name: node.module or "" for name in node.names}
            elif isinstance(node, ast.Import):
                found |= {name.asname or name.name.partition(".")[0]: name.name for name in node.names}
        return found

    def instead(self, scenario: str, at: Placed, part: Part, new: str, what: str) -> Protection:
        """``new`` in the place of a part."""
        start, end = self.source.span(part)
        return Protection(scenario, self.path, part.lineno, part.end_lineno or 0, start, end, new, at.function, what)

    def before(self, scenario: str, function: str, body: Sequence[ast.stmt], new: str, what: str) -> Protection:
        """``new`` in front of what is done first in a body."""
        first = body[1] if len(body) > 1 and is_docstring(body[0]) else body[0]
        start, _ = self.source.span(first)
        alone = not self.text[self.text.rfind("\n", 0, start) + 1 : start].strip()
        between = "\n" + " " * first.col_offset if alone else "; "
        line, last = first.lineno, first.end_lineno or 0
        return Protection(scenario, self.path, line, last, start, start, new + between, function, what)

    def exceptions(self, caught: ast.expr | None) -> frozenset[str]:
        """The names that an ``except`` catches, those in a tuple of the project's own each; ``*`` for everything."""
        if caught is None:
            return frozenset({"*"})
        parts = caught.elts if isinstance(caught, ast.Tuple) else [caught]
        names = [last_name(each.value if isinstance(each, ast.Starred) else each) for each in parts]
        found = frozenset[str]().union(*(self.aliases.get(name, {name}) for name in names))
        return found | {"*"} if found & {"Exception", "BaseException"} else found


def aliases(trees: Sequence[ast.Module]) -> dict[str, frozenset[str]]:
    """The tuples of exceptions that modules give a name."""
    return {
        target.id: frozenset(map(last_name, node.value.elts))
        for tree in trees
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Tuple)
        for target in node.targets
        if isinstance(target, ast.Name) and any(map(last_name, node.value.elts))
    }


def last_name(node: ast.AST | None) -> str:
    """``c`` of ``a.b.c``, of a call of it, and of what is raised from one; "" of anything else."""
    if isinstance(node, ast.Call):
        return last_name(node.func)
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def keyword(call: ast.Call, *names: str) -> ast.keyword | None:
    """The first argument of a call that has one of these names."""
    return next((each for each in call.keywords if each.arg in names), None)


def is_docstring(node: ast.stmt) -> bool:
    """Whether it is nothing but a text."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def words_of(nodes: Sequence[ast.AST]) -> frozenset[str]:
    """All names and attributes in these parts."""
    found = set()
    for node in nodes:
        for each in ast.walk(node):
            found |= (
                {each.attr} if isinstance(each, ast.Attribute) else {each.id} if isinstance(each, ast.Name) else set()
            )
    return frozenset(found)


def _walk(
    node: ast.AST, function: str, owners: tuple[Function | ast.ClassDef, ...], inside: tuple[ast.stmt, ...]
) -> Iterator[Placed]:
    for name, value in ast.iter_fields(node):
        own, around, statements = function, owners, inside
        if name == "body" and isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            around, statements = (*owners, node), ()
            if not isinstance(node, ast.ClassDef):
                own = ".".join(each.name for each in around)
        elif isinstance(node, ast.stmt) and name in ("body", "orelse", "handlers", "cases"):
            statements = (*inside, node)
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not _is_for_types(child):
                yield Placed(child, own, around, statements)
                yield from _walk(child, own, around, statements)


def _is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and last_name(node.test) == "TYPE_CHECKING"
