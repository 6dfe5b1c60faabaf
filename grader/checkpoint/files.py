"""The fixture ``files``: the submission as data, never executed."""

import json
import tomllib
from pathlib import Path
from typing import Any

import yaml

from grader.checkpoint.outcome import Failed
from grader.domain.evidence import Location

LARGEST = 1 << 20
_LARGEST_YAML, _MOST_ALIASES, _DEEPEST = 1 << 18, 50, 40


class Files:
    """The files of a submission, by path from its root."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def path(self, name: str) -> Path:
        """Where the file is, for a tool; fails the check if it is missing."""
        path = self._root / name
        if not path.resolve().is_relative_to(self._root.resolve()) or not path.is_file():
            raise Failed(f"a file `{name}`", "there is none")
        return path

    def exists(self, name: str) -> bool:
        """Whether there is such a file."""
        return (self._root / name).is_file()

    def glob(self, pattern: str) -> list[str]:
        """The paths of the files that match, sorted."""
        return sorted(p.relative_to(self._root).as_posix() for p in self._root.glob(pattern) if p.is_file())

    def text(self, name: str) -> str:
        """The file as UTF-8; fails the check if it is missing, larger than 1 MiB or something else."""
        path = self.path(name)
        if path.stat().st_size > LARGEST:
            raise Failed(f"`{name}` of at most 1 MiB", f"{path.stat().st_size} bytes", Location(name))
        try:
            return path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            raise Failed(f"`{name}` in UTF-8", "bytes that are not", Location(name)) from None

    def lines(self, name: str) -> list[str]:
        """The lines of a text."""
        return self.text(name).splitlines()

    def toml(self, name: str) -> dict[str, Any]:
        """The file as TOML; fails the check, with the line, if it is none."""
        try:
            return tomllib.loads(self.text(name))
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            raise Failed(f"`{name}` in TOML", str(error)[:200], Location(name)) from None

    def json(self, name: str) -> Any:
        """The file as JSON; fails the check if it is none."""
        try:
            return json.loads(self.text(name))
        except (ValueError, RecursionError) as error:
            raise Failed(f"`{name}` in JSON", str(error)[:200], Location(name)) from None

    def yaml(self, name: str) -> Any:
        """The file as YAML of plain data; fails the check if it is none, or would grow when it is read."""
        text = self.text(name)
        if len(text) > _LARGEST_YAML:
            raise Failed(f"`{name}` of at most 256 KiB", f"{len(text)} characters", Location(name))
        try:
            _refuse_growth(text)
            return yaml.safe_load(text)
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else None
            raise Failed(f"`{name}` in YAML", str(error.problem)[:200], Location(name, line)) from None
        except (yaml.YAMLError, RecursionError, ValueError) as error:
            raise Failed(f"`{name}` in YAML", str(error)[:200], Location(name)) from None


def _refuse_growth(text: str) -> None:
    aliases = depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        aliases += isinstance(event, yaml.AliasEvent)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if aliases > _MOST_ALIASES or depth > _DEEPEST:
            raise ValueError("too many aliases, or nested too deep")
