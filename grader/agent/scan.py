"""JSON from a sandbox, looked over in one pass before anything builds values from it.

Every step is a pass of C code over the bytes that never goes back: what is refused costs no more than what is read.
The limits are on what makes later work more than linear: depth, how many values, how many objects (each may become a
set, a mapping or a number with a hash of somebody's choice), and numbers longer than 64 bits.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

LONGEST_NUMBER = 400  # characters
_LONG_NUMBERS = 1_000
# A text ends at its quote, or at the end of the line where there is none: possessive, so nothing is tried twice.
_TEXTS = re.compile(rb'(?:"(?:[^"\\]++|\\.)*+(?:"|\\?\Z))++', re.DOTALL)
_BRACKETS = bytes(byte for byte in range(256) if byte not in b"[]{}")
_LONG_NUMBER = re.compile(rb"[0-9]{21,}+")  # one of 20 digits has at most 87 others of the same hash


class BadReply(Exception):
    """A reply that is not in the language. The text says what was wrong with it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """``depth`` of brackets, ``values`` in all, ``objects`` among them; ``keys`` twice in one object are refused."""

    depth: int
    values: int
    objects: int
    keys_once: bool


REPLY = Limits(depth=32, values=50_000, objects=5_000, keys_once=True)
BODY = Limits(depth=64, values=100_000, objects=50_000, keys_once=False)


def load(text: bytes, limits: Limits) -> Any:
    """The JSON in these bytes. ``BadReply`` if it is none (NaN and half characters are none) or beyond the limits."""
    _refuse_amounts(text, limits)
    decoder = _STRICT if limits.keys_once else _PLAIN
    try:
        value = decoder.decode(text.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise BadReply("not JSON") from error
    if b"\\u" in text:  # UTF-8 has no half characters: only an escape can bring one
        _refuse_surrogates(value)
    return value


def _refuse_amounts(text: bytes, limits: Limits) -> None:
    most = 2 * limits.values  # texts: keys and values
    bare, texts = _TEXTS.subn(b"", text, count=most + 1)
    _refuse_depth(bare.translate(None, _BRACKETS)[: limits.values + 1], limits.depth)
    objects = bare.count(b"{")
    if texts > most or objects > limits.objects or objects + bare.count(b"[") + bare.count(b",") > limits.values:
        raise BadReply("more values than can be read")
    if len(_LONG_NUMBER.findall(bare)) > _LONG_NUMBERS:
        raise BadReply("too many long numbers")


def _refuse_depth(brackets: bytes, most: int) -> None:
    depth = 0
    for byte in brackets:
        depth += 1 if byte in b"[{" else -1
        if depth > most:
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


def _decoder(**how: Any) -> json.JSONDecoder:
    return json.JSONDecoder(
        parse_constant=_refuse_constant, parse_int=_bounded(int), parse_float=_bounded(float), **how
    )


# Made once: a decoder for every line would cost more than the decoding.
_STRICT, _PLAIN = _decoder(object_pairs_hook=_unique), _decoder()


def _refuse_surrogates(value: Any) -> None:
    if isinstance(value, str):
        try:
            value.encode("utf-8")
        except UnicodeEncodeError as error:
            raise BadReply("half a character") from error
    elif isinstance(value, list):
        for item in value:
            _refuse_surrogates(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            _refuse_surrogates(key)
            _refuse_surrogates(item)
