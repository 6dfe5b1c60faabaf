"""Values as JSON, both ways: plain types as they are, known ones tagged, everything else as a reference."""

from __future__ import annotations

import base64
import datetime
import decimal
import math
import types
import uuid

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    Reference = Callable[[object], int]

WRITERS: Mapping[type, tuple[str, Callable[[Any], Any]]] = types.MappingProxyType(
    {
        datetime.datetime: ("datetime", lambda v: v.isoformat()),
        datetime.date: ("date", lambda v: v.isoformat()),
        datetime.time: ("time", lambda v: v.isoformat()),
        datetime.timedelta: ("timedelta", lambda v: v // datetime.timedelta(microseconds=1)),
        decimal.Decimal: ("decimal", str),
        uuid.UUID: ("uuid", str),
        bytes: ("bytes", lambda v: base64.b64encode(v).decode()),
    }
)
READERS: Mapping[str, Callable[[Any], Any]] = types.MappingProxyType(
    {
        "datetime": datetime.datetime.fromisoformat,
        "date": datetime.date.fromisoformat,
        "time": datetime.time.fromisoformat,
        "timedelta": lambda v: datetime.timedelta(microseconds=v),
        "decimal": decimal.Decimal,
        "uuid": uuid.UUID,
        "bytes": base64.b64decode,
        "float": float,
    }
)
NO_OBJECTS: Mapping[int, object] = types.MappingProxyType({})


class Encoded(list["Any"]):
    """A list that is JSON as it stands."""


def no_reference(value: object) -> int:
    """The number of an object that nobody can ask for later."""
    return 0


def encode(value: Any, reference: Reference, depth: int = 0) -> Any:
    """A value as JSON; ``reference`` gives the number of an object that has to stay in this process."""
    if value is None or value is True or value is False:
        return value
    if type(value) is Encoded:
        return list(value)
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return int.__index__(value)
    if isinstance(value, float):
        value = float.__float__(value)
        return value if math.isfinite(value) else {"$": "float", "v": repr(value)}
    if type(value) in WRITERS:
        tag, write = WRITERS[type(value)]
        return {"$": tag, "v": write(value)}
    return encode_reference(value, reference) if depth > 8 else encode_collection(value, reference, depth + 1)


def encode_collection(value: Any, reference: Reference, depth: int) -> Any:
    """A collection or a lazy text as JSON; anything else as a reference."""
    kind = type(value)
    if kind.__module__ == "django.utils.functional" and kind.__name__ == "__proxy__":
        return str(value)
    if isinstance(value, dict):
        return {
            "$": "dict",
            "v": [[encode(k, reference, depth), encode(v, reference, depth)] for k, v in value.items()],
        }
    if isinstance(value, list) or kind.__name__ in ("dict_keys", "dict_values"):
        return [encode(x, reference, depth) for x in value]
    if isinstance(value, tuple):
        return {"$": "tuple", "v": [encode(x, reference, depth) for x in value]}
    if isinstance(value, (set, frozenset)):
        return {"$": "set", "v": [encode(x, reference, depth) for x in value]}
    return encode_reference(value, reference)


def encode_reference(value: Any, reference: Reference) -> dict[str, Any]:
    """What stands for an object: its number, its model's or class's name, its key if it is a row."""
    meta = getattr(value, "_meta", None)
    label = getattr(meta, "label", None) or f"{type(value).__module__}.{type(value).__qualname__}"
    pk = getattr(value, "pk", None) if meta is not None and not isinstance(value, type) else None
    return {
        "$": "ref",
        "v": reference(value),
        "type": str(label)[:200],
        "pk": encode(pk, reference) if isinstance(pk, (str, int, uuid.UUID)) else None,
        "callable": callable(value),
    }


def decode(value: Any, objects: Mapping[int, object] = NO_OBJECTS) -> Any:
    """The value that a question carries, with the objects that its references stand for.

    Only the trusted side writes such values: what is none of the language raises whatever Python raises.
    """
    if isinstance(value, list):
        return [decode(x, objects) for x in value]
    if not isinstance(value, dict):
        return value
    match value["$"], value["v"]:
        case "ref", number:
            return objects[number]
        case "tuple", items:
            return tuple(decode(x, objects) for x in items)
        case "set", items:
            return {decode(x, objects) for x in items}
        case "dict", pairs:
            return {decode(k, objects): decode(x, objects) for k, x in pairs}
        case tag, carried:
            return READERS[tag](carried)
