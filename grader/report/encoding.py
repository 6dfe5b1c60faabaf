"""`result.json`: a result encoded, decoded strictly, and its published schema."""

import inspect
from typing import Any

import msgspec

from grader.domain.errors import UsageError_
from grader.domain.result import SCHEMA, Result
from grader.domain.text import clip
from grader.report import escape, v1

_HINT = "Was it written by another version of the grader, or edited? Grade the submission again."
_NEWER = "Read it with the grader that wrote it, or grade the submission again."
_decoder = msgspec.json.Decoder(Result)


def encode(result: Result) -> bytes:
    """The result as indented UTF-8 JSON that ends in a newline. Lone surrogates become U+FFFD."""
    try:
        data = msgspec.json.encode(result)
    except UnicodeEncodeError:
        data = msgspec.json.encode(well_formed(msgspec.to_builtins(result)))
    return escape.json(msgspec.json.format(data, indent=2)) + b"\n"


def render(result: Result) -> str:
    """``encode`` as text: the ``json`` report."""
    return encode(result).decode("utf-8")


def decode(data: bytes) -> Result:
    """The result of ``encode``, or one of version 1 as its like of today.

    Raises ``UsageError_`` on a wrong type, a missing or an unknown key, another schema.
    """
    try:
        read = msgspec.json.decode(data)
        _refuse_unknown_version(read)
        found = v1.upgraded(read)
        result = _decoder.decode(msgspec.json.encode(found))
        unknown = _unknown(found, msgspec.to_builtins(result), "$")
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as problem:
        raise UsageError_(f"this is not a result: {problem}", _HINT) from None
    if unknown:
        raise UsageError_(f"this is not a result: unknown key {unknown}", _HINT)
    if result.schema != SCHEMA:
        raise UsageError_(f"this is not a result: it says schema {result.schema!r}, and has the form of another", _HINT)
    return result


def _refuse_unknown_version(read: Any) -> None:
    """A version that nobody here knows may have any form: that is reported before the form is looked at."""
    schema = read.get("schema") if isinstance(read, dict) else None
    if isinstance(schema, str) and schema not in (SCHEMA, v1.SCHEMA):
        raise UsageError_(
            f"this is a result of schema {clip(schema, 80)!r}; this grader reads {v1.SCHEMA!r} and {SCHEMA!r}", _NEWER
        )


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of `result.json`, made from the types; descriptions are their docstrings."""
    made = msgspec.json.schema(Result)
    for definition in made["$defs"].values():
        definition["description"] = inspect.cleandoc(definition["description"])
        if definition.get("type") == "object":
            definition["additionalProperties"] = False
            for key, value in definition["properties"].items():
                value.setdefault("title", key.replace("_", " ").capitalize())
    made["$defs"]["Result"]["properties"]["schema"]["const"] = SCHEMA
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:" + SCHEMA.replace("/", ":"),
        "title": "Result of grading one submission",
        **made,
    }


def schema_text() -> str:
    """``schema()`` as it is published in docs/schemas/result-v2.json."""
    return msgspec.json.format(msgspec.json.encode(schema(), order="deterministic"), indent=2).decode() + "\n"


def _unknown(given: object, known: object, path: str) -> str | None:
    """The path of the first key in ``given`` that decoding left out."""
    if isinstance(given, dict) and isinstance(known, dict):
        for key, value in given.items():
            where = f"{path}.{key}"
            found = _unknown(value, known[key], where) if key in known else where
            if found:
                return found
    elif isinstance(given, list) and isinstance(known, list | tuple):
        for index, (left, right) in enumerate(zip(given, known, strict=True)):
            found = _unknown(left, right, f"{path}[{index}]")
            if found:
                return found
    return None


def well_formed(value: Any) -> Any:
    """The builtins of a result, or of any other value, with U+FFFD in the place of lone surrogates."""
    match value:
        case str():
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        case dict():
            return {key: well_formed(item) for key, item in value.items()}
        case list() | tuple():
            return [well_formed(item) for item in value]
        case _:
            return value
