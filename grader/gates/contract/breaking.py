"""Changes from one document to another that break a client of the first, by a written list of rules.

============================  ======================================================================
``operation-removed``         an operation is not there any more
``success-removed``           a status below 400 that was documented is not any more
``media-type-removed``        a body can not be sent, or is not returned, in a media type any more
``parameter-required``        a parameter is new and required, or has become required
``parameter-type``            a parameter has another type
``body-required``             a body is new and required, or has become required
``property-required``         a property of what is sent is new and required, or has become required
``request-type``              something that is sent has another type
``request-value-removed``     a value that could be sent is not allowed any more
``property-removed``          a property of what is returned is not there any more
``response-type``             something that is returned has another type
``response-value-added``      something that is returned can have a value that it could not have
``security-added``            what everybody could use asks for somebody who is logged in
============================  ======================================================================
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from grader.gates.contract.document import Document, Operation, items, mapping

_DEEPEST = 12


@dataclass(frozen=True, slots=True)
class Change:
    """A rule, the operation that it is about, and what has changed, in words."""

    rule: str
    operation: str
    what: str


@dataclass(frozen=True, slots=True)
class _Pair:
    """One operation in both documents."""

    before: Document
    after: Document
    old: Operation
    new: Operation

    def change(self, rule: str, what: str) -> Change:
        return Change(rule, self.old.label, what)


def breaking_changes(before: Document, after: Document) -> Iterator[Change]:
    """All changes of the list, operation by operation in the order of the first document."""
    now = {operation.label: operation for operation in after.operations()}
    for old in before.operations():
        new = now.get(old.label)
        if new is None:
            yield Change("operation-removed", old.label, "it is gone")
            continue
        pair = _Pair(before, after, old, new)
        yield from _security(pair)
        yield from _parameters(pair)
        yield from _request(pair)
        yield from _responses(pair)


def _security(pair: _Pair) -> Iterator[Change]:
    old, new = pair.before.security(pair.old), pair.after.security(pair.new)
    if (not old or {} in old) and new and {} not in new:
        yield pair.change("security-added", "it could be used by everybody")


def _parameters(pair: _Pair) -> Iterator[Change]:
    old, new = pair.before.parameters(pair.old), pair.after.parameters(pair.new)
    for (place, name), parameter in new.items():
        former = old.get((place, name))
        if parameter.get("required") is True and not (former and former.get("required") is True):
            yield pair.change("parameter-required", f"{place} {name} is required")
        if former:
            types = _types(pair.before, former.get("schema")), _types(pair.after, parameter.get("schema"))
            if _narrower(*types):
                yield pair.change("parameter-type", f"{place} {name} was {_words(types[0])}, is {_words(types[1])}")


def _request(pair: _Pair) -> Iterator[Change]:
    old = pair.before.resolved(pair.old.body.get("requestBody"))
    new = pair.after.resolved(pair.new.body.get("requestBody"))
    if new.get("required") is True and old.get("required") is not True:
        yield pair.change("body-required", "a body is required")
    yield from _bodies(pair, old, new, "the request", sent=True)


def _responses(pair: _Pair) -> Iterator[Change]:
    old, new = pair.before.responses(pair.old), pair.after.responses(pair.new)
    for status, response in old.items():
        if not status.isdecimal() or int(status) >= 400:
            continue
        if status not in new:
            yield pair.change("success-removed", f"{status} is not documented any more")
        else:
            yield from _bodies(pair, response, new[status], f"the {status}", sent=False)


def _bodies(pair: _Pair, old: Mapping[str, Any], new: Mapping[str, Any], where: str, *, sent: bool) -> Iterator[Change]:
    before, after = mapping(old.get("content")), mapping(new.get("content"))
    for kind, content in before.items():
        if kind not in after:
            yield pair.change("media-type-removed", f"{where} has no {kind} any more")
            continue
        schemas = mapping(content).get("schema"), mapping(after[kind]).get("schema")
        yield from _schemas(pair, *schemas, where, sent=sent, depth=0)


def _schemas(pair: _Pair, old: Any, new: Any, where: str, *, sent: bool, depth: int) -> Iterator[Change]:
    """What has changed between two schemas, of what is sent or of what is returned."""
    before, after = _whole(pair.before, old), _whole(pair.after, new)
    if depth > _DEEPEST or not before or not after:
        return
    types = _types(pair.before, old), _types(pair.after, new)
    if _narrower(*types) if sent else _narrower(types[1], types[0]):
        rule = "request-type" if sent else "response-type"
        yield pair.change(rule, f"{where} was {_words(types[0])}, is {_words(types[1])}")
        return
    yield from _values(pair, before, after, where, sent=sent)
    if sent:
        for name in sorted(_required(after) - _required(before)):
            yield pair.change("property-required", f"{where}.{name} is required")
    properties = mapping(before.get("properties")), mapping(after.get("properties"))
    for name, schema in properties[0].items():
        if name in properties[1]:
            yield from _schemas(pair, schema, properties[1][name], f"{where}.{name}", sent=sent, depth=depth + 1)
        elif not sent:
            yield pair.change("property-removed", f"{where}.{name} is gone")
    if "items" in before and "items" in after:
        yield from _schemas(pair, before["items"], after["items"], f"{where}[]", sent=sent, depth=depth + 1)


def _values(
    pair: _Pair, before: Mapping[str, Any], after: Mapping[str, Any], where: str, *, sent: bool
) -> Iterator[Change]:
    old, new = items(before.get("enum")), items(after.get("enum"))
    if sent and new:
        gone = [value for value in old if value not in new]
        if gone:
            yield pair.change("request-value-removed", f"{where} can not be {gone[0]!r} any more")
    if not sent and old:
        added = [value for value in new if value not in old]
        if added:
            yield pair.change("response-value-added", f"{where} can be {added[0]!r}")


def _whole(document: Document, schema: Any) -> dict[str, Any]:
    """A schema with what its ``allOf`` adds, one level deep."""
    own = dict(document.resolved(schema))
    for part in items(own.get("allOf"))[:20]:
        more = document.resolved(part)
        own["properties"] = {**mapping(own.get("properties")), **mapping(more.get("properties"))}
        own["required"] = [*items(own.get("required")), *items(more.get("required"))]
        for key in ("type", "items", "enum"):
            if key in more:
                own.setdefault(key, more[key])
    return own


def _types(document: Document, schema: Any) -> frozenset[str]:
    """What JSON calls the values that fit; empty where the schema does not say."""
    whole = _whole(document, schema)
    said = whole.get("type")
    found = {said} if isinstance(said, str) else {str(entry) for entry in items(said)}
    if whole.get("nullable") is True and found:
        found.add("null")
    return frozenset(found)


def _narrower(old: frozenset[str], new: frozenset[str]) -> bool:
    """Whether something that fitted does not fit any more. An integer is a number."""
    wide = new | {"integer"} if "number" in new else new
    return bool(old) and bool(new) and not old <= wide


def _required(schema: Mapping[str, Any]) -> set[str]:
    return {name for name in items(schema.get("required")) if isinstance(name, str)}


def _words(types: frozenset[str]) -> str:
    return " or ".join(sorted(types))
