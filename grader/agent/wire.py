"""The agent's language, read as strictly as anything that comes out of a sandbox has to be.

A line is one JSON object. Values are plain JSON where JSON has the type; everything else is ``{"$": tag, "v": …}``:
``float`` (nan, inf), ``datetime``, ``date``, ``time``, ``timedelta`` (microseconds), ``decimal``, ``uuid``, ``bytes``
(base64), ``tuple``, ``set``, ``dict`` (pairs) and ``ref``, which stands for an object that stays in the sandbox.
"""

import base64
import datetime
import decimal
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from grader.agent.scan import REPLY, BadReply, load

__all__ = ["LARGEST", "BadReply", "Ref", "decode", "encode", "hashable", "parse"]

LARGEST = 1 << 20
_FURTHEST = 1_000  # the exponent of a Decimal: int() and format() write out all the zeros
_ALIKE = 32


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
    value = load(line, REPLY)
    if not isinstance(value, dict):
        raise BadReply("not an object")
    return value


def hashable[T](items: Iterable[T]) -> list[T]:
    """The items, if a set or a dict of them is built in linear time; ``BadReply`` where too many have the same hash.

    Only texts and bytes are hashed with a secret: of numbers, tuples and what is made of them, anybody can write down
    any number that collide, and each of them is then compared with all before it.
    """
    found = list(items)
    if len(found) > _ALIKE:
        hashes = sorted(map(hash, found))
        if any(one == other for one, other in zip(hashes, hashes[_ALIKE:], strict=False)):
            raise BadReply("keys that collide")
    return found


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
    hashable(key for key, _ in pairs)
    found = dict(pairs)
    if len(found) != len(pairs):
        raise BadReply("the same key twice")
    return found


def _decimal(value: Any) -> decimal.Decimal:
    found = decimal.Decimal(_text(value))
    if found.is_snan():
        raise BadReply("a number that cannot be compared")
    if found.is_finite() and (abs(found.adjusted()) > _FURTHEST or abs(int(found.as_tuple().exponent)) > _FURTHEST):
        raise BadReply("a number that is too large")
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
    "decimal": _decimal,
    "uuid": lambda v: uuid.UUID(_text(v)),
    "bytes": lambda v: base64.b64decode(_text(v, LARGEST), validate=True),
    "tuple": lambda v: tuple(_items(v)),
    "set": lambda v: set(hashable(_items(v))),
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
    if type(pk) not in (type(None), str, int, uuid.UUID) or (type(pk) is str and len(pk) > 1_000):
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
