"""A Compose file held against the published schema, as data."""

import json
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from grader.domain.errors import EnvironmentError_

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

LARGEST = 20_000
_MOST = 10
_SHOWN = 200
_DEEPEST = 50


def compose_problems(data: object) -> tuple[str, ...]:
    """What the Compose specification's schema has against ``data``, a file already read as YAML: at most ten sentences.

    Aliases share their target, so a small file may stand for a huge one: more than 20,000 values are a problem too.
    ``EnvironmentError_`` if the schema is not installed beside the grader.
    """
    if _values(data, {}, set()) > LARGEST:
        return (f"the file stands for more than {LARGEST:,} values: write fewer aliases.",)
    key = next(_odd_keys(data), None)
    if key is not None:
        return (f"the file: {key!r} is a key, and keys are text: put it in quotes."[:_SHOWN],)
    errors = [(tuple(map(str, error.absolute_path)), error) for error in _validator().iter_errors(data)]
    # Where something deeper is wrong, the schema calls every key around it unexpected as well.
    kept = sorted(
        (path, error.message)
        for path, error in errors
        if error.validator != "unevaluatedProperties"
        or not any(other[: len(path)] == path and len(other) > len(path) for other, _ in errors)
    )
    return tuple(f"{'.'.join(path) or 'the file'}: {message}"[:_SHOWN] for path, message in kept[:_MOST])


def _odd_keys(data: object) -> Iterator[object]:
    """Keys that YAML reads as numbers, dates or truths; the schema knows only text."""
    if isinstance(data, dict):
        yield from (key for key in data if not isinstance(key, str))
    if isinstance(data, dict | list):
        for value in _children(data):
            yield from _odd_keys(value)


def _values(data: object, known: dict[int, int], above: set[int]) -> int:
    """How many values ``data`` stands for with every alias written out, each looked at once; a loop has too many."""
    if not isinstance(data, dict | list):
        return 1
    if id(data) in above or len(above) > _DEEPEST:
        return LARGEST + 1
    if id(data) not in known:
        inside = above | {id(data)}
        known[id(data)] = 1 + sum(_values(value, known, inside) for value in _children(data))
    return known[id(data)]


def _children(data: dict[Any, Any] | list[Any]) -> Iterator[Any]:
    yield from data.values() if isinstance(data, dict) else data


@cache
def _validator() -> "Draft202012Validator":
    from jsonschema import Draft202012Validator  # a seventh of what starting a grading imports, for one check

    try:
        schema = resources.files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json"
        return Draft202012Validator(json.loads(schema.read_text("utf-8")))
    except (ModuleNotFoundError, FileNotFoundError):
        raise EnvironmentError_(
            "the schema of Compose files is not installed.",
            "Install the tools of the course beside the grader: pip install 'django-track[course]'.",
        ) from None
