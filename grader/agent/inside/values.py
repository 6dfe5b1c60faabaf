"""Values as JSON, both ways: plain types as they are, known ones tagged, everything else as a reference."""
# mypy: ignore-errors

import base64
import datetime
import decimal
import math
import uuid

from . import state
from .state import AsJson

SIMPLE = {
    datetime.datetime: ("datetime", lambda v: v.isoformat()),
    datetime.date: ("date", lambda v: v.isoformat()),
    datetime.time: ("time", lambda v: v.isoformat()),
    datetime.timedelta: ("timedelta", lambda v: v // datetime.timedelta(microseconds=1)),
    decimal.Decimal: ("decimal", str),
    uuid.UUID: ("uuid", str),
    bytes: ("bytes", lambda v: base64.b64encode(v).decode()),
}
READ = {
    "datetime": datetime.datetime.fromisoformat,
    "date": datetime.date.fromisoformat,
    "time": datetime.time.fromisoformat,
    "timedelta": lambda v: datetime.timedelta(microseconds=v),
    "decimal": decimal.Decimal,
    "uuid": uuid.UUID,
    "bytes": base64.b64decode,
    "float": float,
    "ref": lambda v: state.AGENT.kept[v],
    "tuple": lambda v: tuple(decode(x) for x in v),
    "set": lambda v: {decode(x) for x in v},
    "dict": lambda v: {decode(k): decode(x) for k, x in v},
}


def encode(value, depth=0):
    """A value as JSON: plain types as they are, known ones tagged, everything else as a reference."""
    if value is None or value is True or value is False:
        return value
    if type(value) is AsJson:
        return list(value)
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return int.__index__(value)
    if isinstance(value, float):
        value = float.__float__(value)
        return value if math.isfinite(value) else {"$": "float", "v": repr(value)}
    if type(value) in SIMPLE:
        tag, write = SIMPLE[type(value)]
        return {"$": tag, "v": write(value)}
    return reference(value) if depth > 8 else collection(value, depth + 1)


def collection(value, depth):
    """A collection or a lazy text as JSON; anything else as a reference."""
    kind = type(value)
    if kind.__module__ == "django.utils.functional" and kind.__name__ == "__proxy__":
        return str(value)
    if isinstance(value, dict):
        return {"$": "dict", "v": [[encode(k, depth), encode(v, depth)] for k, v in value.items()]}
    if isinstance(value, list) or kind.__name__ in ("dict_keys", "dict_values"):
        return [encode(x, depth) for x in value]
    if isinstance(value, tuple):
        return {"$": "tuple", "v": [encode(x, depth) for x in value]}
    if isinstance(value, (set, frozenset)):
        return {"$": "set", "v": [encode(x, depth) for x in value]}
    return reference(value)


def reference(value):
    """What stands for an object: its number, its model's or class's name, its key if it is a row."""
    meta = getattr(value, "_meta", None)
    label = getattr(meta, "label", None) or f"{type(value).__module__}.{type(value).__qualname__}"
    picture_ = {"$": "ref", "v": state.AGENT.keep(value), "type": str(label)[:200], "pk": None}
    picture_["callable"] = callable(value)
    if meta is not None and not isinstance(value, type):
        pk = getattr(value, "pk", None)
        picture_["pk"] = encode(pk) if isinstance(pk, (str, int, uuid.UUID)) else None
    return picture_


def decode(value):
    """The value that a question carries; the trusted side writes no others."""
    if isinstance(value, list):
        return [decode(x) for x in value]
    return READ[value["$"]](value["v"]) if isinstance(value, dict) else value
