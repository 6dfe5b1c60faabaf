"""Bodies of requests that an OpenAPI document describes: what has to be there, with values that fit."""

from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import Any

from grader.gates.contract.document import Document, Operation, items, mapping

_DEEPEST = 4
_FORMATS = {
    "email": "{0}@example.org",
    "date-time": "2026-11-02T08:30:00Z",
    "date": "2026-11-02",
    "time": "08:30:00",
    "uri": "https://www.example.org/{0}",
    "url": "https://www.example.org/{0}",
    "uuid": "{1}",
    "ipv4": "192.0.2.1",
}


def body_schema(document: Document, operation: Operation) -> Mapping[str, Any]:
    """The schema of the JSON body of an operation; an empty one where it has none."""
    content = mapping(document.resolved(operation.body.get("requestBody")).get("content"))
    return flat(document, mapping(content.get("application/json")).get("schema"))


def answer_schema(document: Document, operation: Operation) -> Mapping[str, Any]:
    """The schema of what an operation answers when it did as it was asked; an empty one where it says none."""
    for status, response in document.responses(operation).items():
        content = mapping(mapping(response).get("content"))
        if status.startswith("2") and (schema := mapping(content.get("application/json")).get("schema")):
            return flat(document, schema)
    return {}


def flat(document: Document, schema: Any, depth: int = 0) -> Mapping[str, Any]:
    """A schema with its references and the parts of ``allOf`` put in; of ``oneOf`` and ``anyOf``, the first part."""
    plain = dict(document.resolved(schema))
    parts = [*items(plain.get("allOf")), *(items(plain.get("oneOf")) or items(plain.get("anyOf")))[:1]]
    for part in parts if depth < _DEEPEST else ():
        more = flat(document, part, depth + 1)
        properties = {**mapping(more.get("properties")), **mapping(plain.get("properties"))}
        required = [*items(more.get("required")), *items(plain.get("required"))]
        plain = {**more, **plain}
        if properties:
            plain |= {"properties": properties, "required": required}
    return plain


def properties_of(document: Document, schema: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Those of an object, by name, each flat."""
    return {str(name): flat(document, value) for name, value in mapping(schema.get("properties")).items()}


def make_body(
    document: Document, schema: Mapping[str, Any], random: Random, *, everything: bool = False, depth: int = 0
) -> dict[str, Any]:
    """An object with what is required of it, or with ``everything`` that may be sent."""
    properties = properties_of(document, schema)
    required = set(map(str, items(schema.get("required"))))
    wanted = [n for n, p in properties.items() if not p.get("readOnly") and (everything or n in required)]
    return {name: _value(document, properties[name], random, depth) for name in wanted}


def _value(document: Document, schema: Mapping[str, Any], random: Random, depth: int) -> Any:
    for given in ("const", "default"):
        if schema.get(given) is not None:
            return schema[given]
    if choices := items(schema.get("enum")):
        return choices[0]
    kinds = schema.get("type")
    kind = next((k for k in kinds if k != "null"), "null") if isinstance(kinds, list) else kinds
    match kind:
        case "integer" | "number":
            return _number(schema)
        case "boolean":
            return False
        case "array":
            return []
        case "object":
            return {} if depth >= _DEEPEST else make_body(document, schema, random, depth=depth + 1)
        case _:
            return _text(schema, random)


def _number(schema: Mapping[str, Any]) -> int:
    lowest = schema.get("minimum", schema.get("exclusiveMinimum"))
    return int(lowest) + 1 if isinstance(lowest, (int, float)) else 1


def _text(schema: Mapping[str, Any], random: Random) -> str:
    mark = f"{random.getrandbits(40):010x}"
    uuid = f"{mark[:8]}-0000-4000-8000-{random.getrandbits(48):012x}"
    form = _FORMATS.get(str(schema.get("format")))
    if form:
        return form.format(mark, uuid)
    longest, shortest = schema.get("maxLength"), schema.get("minLength")
    text = f"note-{mark}"
    if isinstance(shortest, int) and len(text) < shortest <= 10_000:
        text += "x" * (shortest - len(text))
    return text[:longest] if isinstance(longest, int) and longest > 0 else text


def fitting(schema: Mapping[str, Any], made: Sequence[Mapping[str, Any]]) -> Iterator[Any]:
    """What may stand for one of these objects in a body, by the schema of the field: an id, or a slug."""
    kinds = schema.get("type")
    wants_list = kinds == "array" or (isinstance(kinds, list) and "array" in kinds)
    for one in made:
        for name in ("id", "pk", "uuid", "slug", "url", "name", "username"):
            if (value := one.get(name)) is not None and (wants_list or _fits(kinds, value)):
                yield [value] if wants_list else value


def _fits(kinds: Any, value: Any) -> bool:
    allowed = kinds if isinstance(kinds, list) else [kinds]
    return (isinstance(value, int) and "integer" in allowed) or (isinstance(value, str) and "integer" not in allowed)
