"""The agent's language, read as strictly as anything that comes out of a sandbox has to be.

A line is one JSON object. Values are plain JSON where JSON has the type; everything else is ``{"$": tag, "v": …}``:
``float`` (nan, inf), ``datetime``, ``date``, ``time``, ``timedelta`` (microseconds), ``decimal``, ``uuid``, ``bytes``
(base64), ``tuple``, ``set``, ``dict`` (pairs) and ``ref``, which stands for an object that stays in the sandbox.
"""

import base64
import datetime
import decimal
import json
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

LARGEST = 1 << 20
DEEPEST = 32
LONGEST_NUMBER = 400
_STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)


class BadReply(Exception):
    """A reply that is not in the language. The text says what was wrong with it."""


@dataclass(frozen=True, slots=True)
class Ref:
    """An object in the sandbox: its number there, the label of its model or class, its primary key if it is a row."""

    number: int
    type: str
    pk: Any = None
    callable: bool = False


def parse(line: bytes) -> dict[str, Any]:
    """One reply as JSON, or ``BadReply``: too large, too deep, a key twice, NaN, a lone surrogate, not an object."""
    if len(line) > LARGEST:
        raise BadReply("larger than 1 MiB")
    _refuse_depth(line)
    try:
        value = _JSON.decode(line.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise BadReply("not JSON") from error
    if not isinstance(value, dict):
        raise BadReply("not an object")
    if b"\\u" in line:  # UTF-8 has no half characters: only an escape can bring one
        _refuse_surrogates(value)
    return value


def _refuse_depth(line: bytes) -> None:
    if line.count(b"[") + line.count(b"{") <= DEEPEST:
        return
    # What stands in strings does not count: they are taken out, escapes first.
    bare = _STRINGS.sub(b"", line)
    depth = 0
    for byte in bare:
        depth += (byte in b"[{") - (byte in b"]}")
        if depth > DEEPEST:
            raise BadReply("nested too deep")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise BadReply("the same key twice")
    return found


def _refuse_constant(name: str) -> Any:
    raise BadReply(f"{name} is not JSON")


def _bounded(convert: Callable[[str], Any]) -> Callable[[str], Any]:
    def number(text: str) -> Any:
        value = convert(text) if len(text) <= LONGEST_NUMBER else None
        if value is None or value in (float("inf"), float("-inf")):
            raise BadReply("a number that is too large")
        return value

    return number


# Made once: a decoder for every line would cost more than the decoding.
_JSON = json.JSONDecoder(
    object_pairs_hook=_unique, parse_constant=_refuse_constant, parse_int=_bounded(int), parse_float=_bounded(float)
)


def _refuse_surrogates(value: Any) -> None:
    if isinstance(value, str):
        if not value.isascii() and any(0xD800 <= ord(c) <= 0xDFFF for c in value):
            raise BadReply("half a character")
    elif isinstance(value, list):
        for item in value:
            _refuse_surrogates(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            _refuse_surrogates(key)
            _refuse_surrogates(item)


def _text(value: Any, most: int = 200) -> str:
    if not isinstance(value, str) or len(value) > most:
        raise BadReply("not a short text")
    return value


def _items(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise BadReply("not a list")
    return [decode(item) for item in value]


def _pairs(value: Any) -> dict[Any, Any]:
    pairs = _items(value)
    if not all(isinstance(pair, list) and len(pair) == 2 for pair in pairs):
        raise BadReply("not pairs")
    found = dict(pairs)
    if len(found) != len(pairs):
        raise BadReply("the same key twice")
    return found


def _microseconds(value: Any) -> datetime.timedelta:
    if type(value) is not int:
        raise BadReply("not microseconds")
    return datetime.timedelta(microseconds=value)


_DECODERS: dict[str, Callable[[Any], Any]] = {
    "float": lambda v: {"nan": float("nan"), "inf": float("inf"), "-inf": float("-inf")}[v],
    "datetime": lambda v: datetime.datetime.fromisoformat(_text(v)),
    "date": lambda v: datetime.date.fromisoformat(_text(v)),
    "time": lambda v: datetime.time.fromisoformat(_text(v)),
    "timedelta": _microseconds,
    "decimal": lambda v: decimal.Decimal(_text(v)),
    "uuid": lambda v: uuid.UUID(_text(v)),
    "bytes": lambda v: base64.b64decode(_text(v, LARGEST), validate=True),
    "tuple": lambda v: tuple(_items(v)),
    "set": lambda v: set(_items(v)),
    "dict": _pairs,
}


def decode(value: Any) -> Any:
    """The value that a reply carries, in plain Python types and ``Ref``; ``BadReply`` if it is not one."""
    if isinstance(value, list):
        return _items(value)
    if not isinstance(value, dict):
        return value
    if value.get("$") == "ref":
        return _ref(value)
    if set(value) != {"$", "v"} or not isinstance(value["$"], str) or value["$"] not in _DECODERS:
        raise BadReply("not a value")
    try:
        return _DECODERS[value["$"]](value["v"])
    except (ValueError, TypeError, KeyError, OverflowError, ArithmeticError) as error:
        raise BadReply(f"not a {value['$']}") from error


def _ref(value: dict[str, Any]) -> Ref:
    if set(value) != {"$", "v", "type", "pk", "callable"} or type(value["v"]) is not int:
        raise BadReply("not a reference")
    pk = decode(value["pk"])
    if type(pk) not in (type(None), str, int, uuid.UUID):
        raise BadReply("not a primary key")
    return Ref(value["v"], _text(value["type"]), pk, value["callable"] is True)


_ENCODERS: dict[type, Callable[[Any], Any]] = {
    datetime.datetime: lambda v: ("datetime", v.isoformat()),
    datetime.date: lambda v: ("date", v.isoformat()),
    datetime.time: lambda v: ("time", v.isoformat()),
    datetime.timedelta: lambda v: ("timedelta", v // datetime.timedelta(microseconds=1)),
    decimal.Decimal: lambda v: ("decimal", str(v)),
    uuid.UUID: lambda v: ("uuid", str(v)),
    bytes: lambda v: ("bytes", base64.b64encode(v).decode()),
    tuple: lambda v: ("tuple", [encode(x) for x in v]),
    set: lambda v: ("set", [encode(x) for x in v]),
    frozenset: lambda v: ("set", [encode(x) for x in v]),
    dict: lambda v: ("dict", [[encode(k), encode(x)] for k, x in v.items()]),
    Ref: lambda v: ("ref", v.number),
}


def encode(value: Any) -> Any:
    """A value as a question carries it; ``TypeError`` for a type that the language does not have."""
    if value is None or type(value) in (bool, int, str):
        return value
    if type(value) is float:
        return value if value - value == 0 else {"$": "float", "v": repr(value)}
    if type(value) is list:
        return [encode(item) for item in value]
    if type(value) not in _ENCODERS:
        raise TypeError(f"{type(value).__name__} cannot be sent to the project")
    tag, carried = _ENCODERS[type(value)](value)
    return {"$": tag, "v": carried}
