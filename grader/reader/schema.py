"""Compose and workflow files held against their published schemas, in the child."""

import json
from collections.abc import Callable, Iterator
from importlib import resources
from typing import Any

from jsonschema import Draft7Validator, Draft202012Validator

from grader.reader.values import unpacked

_MOST = 10
_SHOWN = 200


def compose() -> Callable[[bytes], list[str]]:
    """What gives the problems of a Compose file, from the packed values of the file; the schema is read now.

    ``FileNotFoundError`` or ``ModuleNotFoundError`` if it is not installed beside the grader.
    """
    return _held_against("compose-spec.json", Draft202012Validator)


def workflow() -> Callable[[bytes], list[str]]:
    """The same of a workflow of GitHub's."""
    return _held_against("github-workflows.json", Draft7Validator)


def _held_against(name: str, kind: type[Draft202012Validator | Draft7Validator]) -> Callable[[bytes], list[str]]:
    schema = resources.files("check_jsonschema") / "builtin_schemas" / "vendor" / name
    validator = kind(json.loads(schema.read_text("utf-8")))
    return lambda data: _problems(validator, unpacked(json.loads(data)))


def _problems(validator: Draft202012Validator | Draft7Validator, data: object) -> list[str]:
    key = next(_odd_keys(data), None)
    if key is not None:
        return [f"the file: {key!r} is a key, and keys are text: put it in quotes."[:_SHOWN]]
    errors = [(tuple(map(str, error.absolute_path)), error) for error in validator.iter_errors(data)]
    # Where something deeper is wrong, the schema calls every key around it unexpected as well.
    kept = sorted(
        (path, error.message)
        for path, error in errors
        if error.validator != "unevaluatedProperties"
        or not any(other[: len(path)] == path and len(other) > len(path) for other, _ in errors)
    )
    return [f"{'.'.join(path) or 'the file'}: {message}"[:_SHOWN] for path, message in kept[:_MOST]]


def _odd_keys(data: object) -> Iterator[object]:
    """Keys that YAML reads as numbers, dates or truths; the schema knows only text."""
    if isinstance(data, dict):
        yield from (key for key in data if not isinstance(key, str))
    if isinstance(data, dict | list):
        for value in _children(data):
            yield from _odd_keys(value)


def _children(data: dict[Any, Any] | list[Any]) -> Iterator[Any]:
    yield from data.values() if isinstance(data, dict) else data
