"""What each criterion's checks reach: of the files of checks, the definitions that decide their verdicts."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.course.fingerprint import program_words
from grader.course.lint.checks import tied_criteria

_Function = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True, slots=True)
class _Definition:
    """A statement of a module, what it gives names to, and every word in it that may be the name of another."""

    names: frozenset[str]
    node: ast.stmt
    mentions: frozenset[str]

    @property
    def is_always_run(self) -> bool:
        """Whether pytest or Python runs it for every check of the file, whoever names it."""
        if not self.names or any(name.startswith("pytest") for name in self.names):
            return True
        decorators = self.node.decorator_list if isinstance(self.node, _Function) else []
        return any(word.arg == "autouse" for one in decorators for word in getattr(one, "keywords", ()))


@dataclass(frozen=True, slots=True)
class Reached:
    """``checks`` has by criterion, by the name of each of its checks, what that check's verdict rests on.

    ``shared`` is what all verdicts rest on: files that are no Python, and checks of which it cannot be read which
    criterion they are of.
    """

    checks: Mapping[str, Mapping[str, frozenset[str]]]
    shared: frozenset[str]


def reached(paths: Iterable[Path], home: Path, criteria: Iterable[str]) -> Reached:
    """What the checks in these files reach.

    Of Python files that are each function, class and constant that a check reaches by name, also through fixtures,
    without comments and docstrings, wherever it stands. A word that looks like a name counts as one, also in a text:
    too much is reached rather than too little. A check is named as in results, without its parameters.
    """
    found: dict[str, dict[str, frozenset[str]]] = {criterion: {} for criterion in criteria}
    shared, checks, common = set[str](), dict[Path, list[_Definition]](), list[_Definition]()
    for path in sorted(paths):
        definitions = _definitions(path)
        if definitions is None:
            shared.add(f"{path.relative_to(home).as_posix()} {path.read_bytes().hex()}")
        elif path.name.startswith("test_"):
            checks[path] = definitions
        else:
            common += definitions
    for path, own in checks.items():
        constants = [one.node for one in own if isinstance(one.node, ast.Assign)]
        for check in (one for one in own if _is_check(one)):
            words = frozenset(" ".join(program_words(one.node)) for one in _closure(check, [*own, *common]))
            tied = tied_criteria(ast.Module([*constants, check.node], []))
            if not isinstance(check.node, _Function) or not tied or None in tied:
                shared |= words
                tied = set(found)
            for criterion in tied & set(found):
                name = f"{path.stem.removeprefix('test_')}::{check.node.name.removeprefix('test_')}"  # type: ignore[attr-defined]
                found[str(criterion)][name] = found[str(criterion)].get(name, frozenset()) | words
    return Reached(found, frozenset(shared))


def _is_check(one: _Definition) -> bool:
    return isinstance(one.node, (*_Function, ast.ClassDef)) and one.node.name.lower().startswith("test")


def _closure(check: _Definition, definitions: list[_Definition]) -> list[_Definition]:
    """The check, what is always run, and all that these mention, and so on."""
    by_name = defaultdict[str, list[_Definition]](list)
    for one in definitions:
        for name in one.names:
            by_name[name].append(one)
    found = dict[int, _Definition]()
    left = [check, *(one for one in definitions if one.is_always_run)]
    while left:
        one = left.pop()
        if id(one) not in found:
            found[id(one)] = one
            left += [other for name in one.mentions for other in by_name[name]]
    return list(found.values())


def _definitions(path: Path) -> list[_Definition] | None:
    """The statements of a module; each name of an import by itself. ``None`` if it is no module."""
    if path.suffix != ".py":
        return None
    try:
        tree = ast.parse(path.read_bytes())
    except (SyntaxError, ValueError):
        return None
    return [_definition(node) for statement in tree.body for node in _apart(statement) if not _is_text(node)]


def _apart(statement: ast.stmt) -> Iterator[ast.stmt]:
    if isinstance(statement, ast.ImportFrom):
        yield from (ast.ImportFrom(statement.module, [one], statement.level) for one in statement.names)
    elif isinstance(statement, ast.Import):
        yield from (ast.Import([one]) for one in statement.names)
    else:
        yield statement


def _definition(node: ast.stmt) -> _Definition:
    return _Definition(frozenset(_names(node)), node, frozenset(_mentions(node)))


def _names(node: ast.stmt) -> Iterator[str]:
    """What a statement defines: nothing where it may do more than that."""
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.Import(names=names) | ast.ImportFrom(names=names) if names[0].name != "*":
            yield names[0].asname or names[0].name.partition(".")[0]
        case ast.Assign(targets=targets) if all(isinstance(one, ast.Name) for one in targets):
            yield from (one.id for one in targets if isinstance(one, ast.Name))
        case ast.AnnAssign(target=ast.Name(id=name)):
            yield name


def _mentions(node: ast.AST) -> Iterator[str]:
    for one in ast.walk(node):
        match one:
            case ast.Name(id=name) | ast.arg(arg=name) | ast.Attribute(attr=name) | ast.keyword(arg=str(name)):
                yield name
            case ast.Constant(value=str(text)):
                yield from re.findall(r"\w+", text)


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
