"""The changes that are made to Django code: conditions, queries, fields, constraints, what is returned or raised."""

import ast
from collections.abc import Iterator, Mapping, Sequence

from grader.gates.strength.mutant import Mutant
from grader.gates.strength.text import Text

_OPPOSITE: dict[type[ast.cmpop], str] = {
    ast.Eq: "!=",
    ast.NotEq: "==",
    ast.Lt: ">=",
    ast.LtE: "<",
    ast.Gt: "<=",
    ast.GtE: ">",
    ast.Is: "is not",
    ast.IsNot: "is",
    ast.In: "not in",
    ast.NotIn: "in",
}
_LOOKUPS = {"lt": "lte", "lte": "lt", "gt": "gte", "gte": "gt", "icontains": "contains", "iexact": "exact"}
_ON_DELETE = {"CASCADE": "PROTECT", "PROTECT": "CASCADE", "SET_NULL": "CASCADE", "RESTRICT": "CASCADE"}
_FILTERING = ("filter", "exclude", "get", "Q")
_CHAINED = ("filter", "exclude", "order_by", "distinct", "annotate", "reverse")
_PROSE = ("max_length", "help_text", "verbose_name", "verbose_name_plural", "related_name", "message", "name")
_SILENT = ("ValidationError", "gettext", "gettext_lazy", "_", "Index", "getLogger")
_QUIET_CALLS = ("debug", "info", "warning", "error", "exception", "warn", "log", "super")
_META = ("indexes", "verbose_name", "verbose_name_plural", "app_label", "abstract", "db_table", "default_related_name")
_FIELD = ("Field", "Key")
Found = tuple[str, ast.expr | ast.stmt | ast.keyword, str]


def mutants(path: str, text: str, tree: ast.Module, siblings: Mapping[str, Sequence[str]]) -> Iterator[Mutant]:
    """Those of a module, each once, in the order of the text. Not every one is Python: ask ``is_change``."""
    source, seen = Text(text), set()
    for function, node in _walk(tree, ""):
        for operator, part, new in _of(node, source, siblings):
            start, end = source.span(part)
            if text[start:end] != new and (start, end, new) not in seen:
                seen.add((start, end, new))
                yield Mutant(operator, path, part.lineno, start, end, new, function)


def is_change(text: str, mutant: Mutant) -> bool:
    """Whether the module with it is Python, and another one."""
    try:
        return ast.dump(ast.parse(mutant.applied(text))) != ast.dump(ast.parse(text))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False


def choices(trees: Sequence[ast.Module]) -> dict[str, list[str]]:
    """The members of each class of choices, by its name."""
    return {
        node.name: [
            target.id
            for part in node.body
            if isinstance(part, ast.Assign)
            for target in part.targets
            if isinstance(target, ast.Name) and target.id.isupper()
        ]
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and any("Choices" in ast.unparse(base) for base in node.bases)
    }


def _walk(node: ast.AST, function: str) -> Iterator[tuple[str, ast.AST]]:
    """All that may be changed below, each with the function it is in: no annotations, no prose, nothing for types."""
    own = (
        f"{function}.{node.name}".lstrip(".") if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) else function
    )
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "bases", "type_params", "msg"):
            continue
        if isinstance(node, ast.ClassDef) and name == "keywords":  # a metaclass, `total` of a TypedDict
            continue
        # Defaults and decorators are evaluated where the function is made.
        inside = own if name == "body" else function
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not _is_left_out(child):
                yield inside, child
                yield from _walk(child, inside)


def _is_left_out(node: ast.AST) -> bool:
    if isinstance(node, ast.If):
        return "TYPE_CHECKING" in ast.unparse(node.test)
    if isinstance(node, ast.Call):
        return _name(node) in _SILENT
    if isinstance(node, ast.keyword):
        return node.arg in _PROSE
    if isinstance(node, ast.Assign):
        return any(isinstance(target, ast.Name) and target.id in _META for target in node.targets)
    return isinstance(node, (ast.JoinedStr, ast.Import, ast.ImportFrom, ast.arg))


def _of(node: ast.AST, source: Text, siblings: Mapping[str, Sequence[str]]) -> Iterator[Found]:
    yield from _condition(node, source)
    yield from _statement(node, source)
    yield from _declared(node, source)
    yield from _value(node, source, siblings)


def _condition(node: ast.AST, source: Text) -> Iterator[Found]:
    match node:
        case ast.Compare(ops=[operator], left=left, comparators=[right]):
            yield "comparison", node, f"({source.of(left)} {_OPPOSITE[type(operator)]} {source.of(right)})"
        case ast.BoolOp():
            yield from _boolean(node, source)
        case ast.UnaryOp(op=ast.Not() | ast.Invert(), operand=operand):
            yield "not", node, f"({source.of(operand)})"
        case ast.BinOp():
            yield from _binary(node, source)
        case ast.If(test=test) | ast.IfExp(test=test) | ast.While(test=test):
            if not isinstance(test, (ast.Compare, ast.UnaryOp, ast.Constant)):
                yield "condition", test, f"(not ({source.of(test)}))"


def _statement(node: ast.AST, source: Text) -> Iterator[Found]:
    match node:
        case ast.Return(value=ast.expr() as value):
            yield from _returned(value, source)
        case ast.Raise() | ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            yield "raise" if isinstance(node, ast.Raise) else "statement", node, "pass"
        case ast.Expr(value=ast.Call() as call) if _name(call) not in _QUIET_CALLS and "super()" not in source.of(call):
            yield "statement", node, "pass"


def _declared(node: ast.AST, source: Text) -> Iterator[Found]:
    match node:
        case ast.Assign(targets=[ast.Name(id="constraints")], value=ast.List(elts=elements) as rules):
            for each in elements:
                yield "constraint", rules, f"[{', '.join(source.of(other) for other in elements if other is not each)}]"
        case ast.Assign(targets=[ast.Name(id="ordering")], value=ast.List(elts=elements) | ast.Tuple(elts=elements)):
            yield from _ordered(elements)
        case ast.Call():
            yield from _called(node, source)
        case ast.keyword(arg=str()):
            yield from _keyword(node, source)


def _value(node: ast.AST, source: Text, siblings: Mapping[str, Sequence[str]]) -> Iterator[Found]:
    match node:
        case ast.Attribute(value=ast.Name(id=name), attr=member) if member in siblings.get(name, ()):
            members = siblings[name]
            if len(members) > 1:
                yield "choice", node, f"{name}.{members[(members.index(member) + 1) % len(members)]}"
        case ast.Constant(value=bool() as value):
            yield "boolean", node, str(not value)
        case ast.Constant(value=int() as value):
            yield "number", node, str(value + 1)


def _boolean(node: ast.BoolOp, source: Text) -> Iterator[Found]:
    own, other = (" and ", " or ") if isinstance(node.op, ast.And) else (" or ", " and ")
    parts = [f"({source.of(value)})" for value in node.values]
    yield "and-or", node, f"({other.join(parts)})"
    for n in range(len(parts)):
        yield "operand", node, f"({own.join(parts[:n] + parts[n + 1 :])})"


def _binary(node: ast.BinOp, source: Text) -> Iterator[Found]:
    left, right = source.of(node.left), source.of(node.right)
    match node.op:
        case ast.BitOr() | ast.BitAnd():
            yield "q", node, f"({left} {'&' if isinstance(node.op, ast.BitOr) else '|'} {right})"
            yield "q", node, f"({left})"
            yield "q", node, f"({right})"
        case ast.Add() if not isinstance(node.left, (ast.Constant, ast.JoinedStr)):
            yield "arithmetic", node, f"({left} - {right})"
        case ast.Sub():
            yield "arithmetic", node, f"({left} + {right})"
        case ast.Mult():
            yield "arithmetic", node, f"({left} + {right})"


def _returned(value: ast.expr, source: Text) -> Iterator[Found]:
    if isinstance(value, ast.Constant):
        return
    if isinstance(value, (ast.Compare, ast.BoolOp, ast.UnaryOp)):
        yield "return", value, "True"
        yield "return", value, "False"
    else:
        yield "return", value, '""' if isinstance(value, ast.JoinedStr) else "None"


def _ordered(elements: Sequence[ast.expr]) -> Iterator[Found]:
    for each in elements:
        if isinstance(each, ast.Constant) and isinstance(each.value, str):
            yield "order", each, repr(each.value[1:] if each.value.startswith("-") else f"-{each.value}")


def _called(node: ast.Call, source: Text) -> Iterator[Found]:
    name, target = _name(node), node.func
    arguments: list[ast.expr | ast.keyword] = [*node.args, *node.keywords]
    if name in _FILTERING and len(arguments) > 1 and (name != "get" or not node.args):  # else it is a mapping's
        for each in arguments:
            kept = ", ".join(source.of(other) for other in arguments if other is not each)
            yield "argument", node, f"{source.of(target)}({kept})"
    if isinstance(target, ast.Attribute):
        if name in ("filter", "exclude"):
            kept = ", ".join(map(source.of, arguments))
            other = "exclude" if name == "filter" else "filter"
            yield "filter", node, f"{source.of(target.value)}.{other}({kept})"
        if name in _CHAINED and isinstance(target.value, ast.Call):
            yield "link", node, source.of(target.value)
    if name == "order_by":
        yield from _ordered(node.args)
    if name.endswith(_FIELD):
        for keyword in node.keywords:
            if keyword.arg in ("default", "validators", "choices"):
                kept = ", ".join(source.of(other) for other in arguments if other is not keyword)
                operator = "default" if keyword.arg == "default" else "validators"
                yield operator, node, f"{source.of(target)}({kept})"


def _keyword(node: ast.keyword, source: Text) -> Iterator[Found]:
    name, value = node.arg or "", node.value
    if name == "on_delete" and isinstance(value, ast.Attribute) and value.attr in _ON_DELETE:
        yield "on-delete", value, f"{source.of(value.value)}.{_ON_DELETE[value.attr]}"
    stem, found, lookup = name.rpartition("__")
    if found and lookup in _LOOKUPS:
        yield "lookup", node, f"{stem}__{_LOOKUPS[lookup]}={source.of(value)}"


def _name(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
