"""Compose and workflow files held against their published schemas, as data."""

import json
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

from grader.domain.errors import EnvironmentError_
from grader.reader.client import Kind, NotReadable, read_once
from grader.reader.values import packed

LARGEST = 20_000
_DEEPEST = 50
_CPU_S = 10.0
_NEEDED = ("jsonschema", "check_jsonschema")


def compose_problems(data: object) -> tuple[str, ...]:
    """What the Compose specification's schema has against ``data``, a file already read as YAML: at most ten sentences.

    Aliases share their target, so a small file may stand for a huge one: more than 20,000 values are a problem too.
    ``EnvironmentError_`` if the schema is not installed beside the grader.
    """
    return _schema_problems("compose", data)


def workflow_problems(data: object) -> tuple[str, ...]:
    """The same of a workflow of GitHub's. YAML 1.1 takes its key ``on`` for a truth."""
    if isinstance(data, dict):
        data = {"on" if key is True else key: value for key, value in data.items()}
    return _schema_problems("workflow", data)


def _schema_problems(kind: Kind, data: object) -> tuple[str, ...]:
    if _values(data, {}, set()) > LARGEST:
        return (f"the file stands for more than {LARGEST:,} values: write fewer aliases.",)
    if not all(map(find_spec, _NEEDED)):
        raise EnvironmentError_(
            "the schemas of Compose files and workflows are not installed.",
            "Install the tools of the course beside the grader: pip install 'django-track[course]'.",
        )
    try:
        problems = read_once(kind, json.dumps(packed(data)).encode(), cpu_s=_CPU_S)
    except NotReadable as problem:
        return (f"the file cannot be held against the schema: {problem.text}.",)
    return tuple(str(one) for one in problems) if isinstance(problems, list) else ()


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
