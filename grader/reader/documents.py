"""TOML, YAML and JSON in the child: bytes to plain values, and a problem in words where they are none."""

import codecs
import json
import re
import tomllib
from collections.abc import Callable
from typing import Any

_MERGE = re.compile(rb"^(?:<{7}|>{7})(?= |\r?$)", re.MULTILINE)
_LARGEST_YAML, _MOST_ALIASES, _DEEPEST = 1 << 18, 50, 40


class Problem(Exception):
    """What is wrong with the text, for its author, and in which line, counted from one."""

    def __init__(self, text: str, line: int | None = None) -> None:
        super().__init__(text)
        self.text, self.line = text[:200], line


def text(data: bytes) -> str:
    """The bytes as UTF-8; ``Problem`` if they are something else."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        raise Problem(f"it is not UTF-8 text{' but UTF-16' * wide}: save it as UTF-8") from None


def unmarked(data: bytes) -> str:
    """The text, for a format whose readers take no byte order mark; ``Problem`` if there is one."""
    if data.startswith(codecs.BOM_UTF8):
        raise Problem("it begins with a byte order mark: save it as UTF-8 without one", 1)
    return text(data)


def toml(data: bytes) -> Any:
    """A TOML document. Poetry, pip and tomllib take no byte order mark, so neither is one taken here."""
    return _loaded(tomllib.loads, data)


def json_text(data: bytes) -> Any:
    """A JSON document."""
    return _loaded(json.loads, data)


def _loaded(loads: Callable[[str], Any], data: bytes) -> Any:
    """What it makes of the text; ``Problem`` in its own words, unless a merge left its marks."""
    try:
        return loads(unmarked(data))
    except RecursionError:
        raise Problem("it is nested too deeply") from None
    except ValueError as wrong:
        raise _conflict(data) or Problem(str(wrong)) from None


def _conflict(data: bytes) -> Problem | None:
    """What to say of a text that a merge has left its marks in."""
    mark = _MERGE.search(data)
    if mark is None:
        return None
    line = data.count(b"\n", 0, mark.start()) + 1
    return Problem(f"a merge left its marks ({mark[0].decode()}) in line {line}: choose one side", line)


def yaml_text(data: bytes) -> Any:
    """A YAML document of plain data, of at most 256 KiB, 50 aliases and 40 levels."""
    import yaml

    content = text(data)
    if len(content) > _LARGEST_YAML:
        raise Problem(f"it has {len(content):,} characters, more than {_LARGEST_YAML:,}")
    try:
        _refuse_growth(content)
        return yaml.safe_load(content)
    except yaml.MarkedYAMLError as wrong:
        mark = wrong.problem_mark
        raise _conflict(data) or Problem(str(wrong.problem), mark.line + 1 if mark else None) from None
    except RecursionError:
        raise Problem("it is nested too deeply") from None
    except (yaml.YAMLError, ValueError) as wrong:
        raise Problem(str(wrong)) from None


def _refuse_growth(content: str) -> None:
    import yaml

    aliases = depth = 0
    for event in yaml.parse(content, Loader=yaml.SafeLoader):
        aliases += isinstance(event, yaml.AliasEvent)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if aliases > _MOST_ALIASES or depth > _DEEPEST:
            raise Problem("too many aliases, or nested too deep")
