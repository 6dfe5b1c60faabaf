"""Calls that change rows of the database, as far as the text of one module tells."""

import ast
from typing import Any

from grader.architecture.facts.names import Names, Place
from grader.architecture.facts.receivers import Locals, Receiver

_IN_BULK = frozenset({"bulk_create", "bulk_update", "get_or_create", "update_or_create"})
_CREATING = frozenset({"create", "create_user", "create_superuser"})
_ALL = frozenset({"save", "delete", "update", *_CREATING, *_IN_BULK})
_MANAGERS = frozenset({"objects", "_default_manager", "_base_manager"})
_QUERYSETS = _MANAGERS | {
    *("all", "filter", "exclude", "get_queryset", "select_for_update", "order_by", "annotate", "select_related"),
    *("prefetch_related", "using", "distinct", "only", "defer", "none", "reverse", "union"),
}
_ROWS = frozenset({"queryset", "qs", "rows"})
_OWN = frozenset({"get_serializer", "get_form"})
_OF_A_VIEW = frozenset({"get_object", "object", "instance", "request", "user"})
# Things that have a `save` or a `delete` and are no rows.
_NO_ROWS = ("session", "cache", "storage", "client", "cookie", "service", "repo", "file", "image", "stream")
_SQL = ("INSERT", "UPDATE", "DELETE", "MERGE", "TRUNCATE")


def write_of(node: ast.Call, place: Place, names: Names, scope: Locals) -> dict[str, Any] | None:
    """The change that this call makes: ``line``, ``how`` (the method), the ``cls`` and the function ``name`` it is in.

    ``kind`` is ``row`` where something of a row or a queryset is called; ``own`` where it is the serializer or form of
    the view; ``made`` where it depends on what ``target`` is, a dotted name.
    """
    if not isinstance(node.func, ast.Attribute):
        return None
    how = node.func.attr
    if how == "execute":
        kind, target = ("row", "") if _is_sql(node) else ("", "")
    elif (plain := how.removeprefix("a")) in _ALL or (plain := how) in _ALL:
        kind, target = _changed(plain, node, scope.receiver(node.func.value), names)
    else:
        return None
    if not kind:
        return None
    return {"line": node.lineno, "how": how, "kind": kind, "target": target, "cls": place.cls, "name": place.name}


def _is_sql(node: ast.Call) -> bool:
    match node.args:
        case [ast.Constant(value=str(text)), *_]:
            return text.lstrip().upper().startswith(_SQL)
        case [ast.JoinedStr(values=[ast.Constant(value=str(text)), *_]), *_]:
            return text.lstrip().upper().startswith(_SQL)
    return False


def _changed(how: str, node: ast.Call, on: Receiver, names: Names) -> tuple[str, str]:
    """The kind and the target of a change; "" where it is none."""
    if on.kind == "super":
        return "", ""
    is_queryset = bool(_QUERYSETS.intersection(on.attributes))
    if how in _IN_BULK:
        return ("", "") if on.kind == "self" and not on.attributes else ("row", "")
    if how in _CREATING:
        return ("row", "") if is_queryset else _related(on)
    if how == "update":
        of_rows = is_queryset or (not on.attributes and on.root in _ROWS)
        return ("row", "") if of_rows and not node.args and node.keywords else ("", "")
    return _saved(how, node, on, names)


def _related(on: Receiver) -> tuple[str, str]:
    """Of ``create`` by a manager that a row has: ``post.comments``, ``self.get_object().comments``."""
    if not on.attributes or _is_no_row(on):
        return "", ""
    if on.made:
        is_of_class = on.made.rpartition(".")[2][:1].isupper()
        return ("made", on.made) if on.beyond and not is_of_class else ("", "")
    if on.kind == "self":
        return ("row", "") if len(on.attributes) > 1 and on.attributes[0] in _OF_A_VIEW else ("", "")
    return ("row", "") if on.kind in ("parameter", "local") and not on.annotation else ("", "")


def _saved(how: str, node: ast.Call, on: Receiver, names: Names) -> tuple[str, str]:
    """Of ``save`` and ``delete``, which many other things have: with arguments by position they are those of others."""
    if node.args or any(_is_false(keyword) for keyword in node.keywords if keyword.arg == "commit"):
        return "", ""
    if on.kind == "self":
        return _of_self(how, on, names)
    if _QUERYSETS.intersection(on.attributes):
        return "row", ""
    if on.made:
        return "made", on.made
    if on.kind == "parameter" and not on.attributes:
        if how == "save" and on.root in ("serializer", "form"):
            return "own", ""
        if on.annotation:
            return "made", on.annotation
    no_row = on.kind == "imported" or not on.root or _is_no_row(on)
    return ("", "") if no_row else ("row", "")


def _of_self(how: str, on: Receiver, names: Names) -> tuple[str, str]:
    if not on.attributes:
        return "", ""
    if on.attributes[0] in _OWN:
        return ("own", "") if how == "save" else ("", "")
    if on.attributes[-1].endswith(("Serializer", "Form")):
        return "made", f"{names.module}.{on.attributes[-1]}"
    return ("", "") if _is_no_row(on) else ("row", "")


def _is_false(keyword: ast.keyword) -> bool:
    return isinstance(keyword.value, ast.Constant) and keyword.value.value is False


def _is_no_row(on: Receiver) -> bool:
    return any(word in name.lower() for name in (on.root, *on.attributes) for word in _NO_ROWS)
