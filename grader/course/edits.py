"""From two trees to the edits that lead from one to the other, and such edits as TOML that people read."""

import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from grader.course.projection import Tree
from grader.domain.course import Edit

_MOST_FILES, _MOST_EDITS, _MOST_LINES = 8, 16, 160


@dataclass(frozen=True, slots=True)
class _Part:
    """An edit, and how many lines it takes away and adds."""

    edit: Edit
    lines: int


def small_edits(before: Tree, after: Tree) -> tuple[Edit, ...] | None:
    """The edits that make ``after`` of ``before``, each with an ``old`` that is there once; ``None`` if they are no
    small change, or one that edits cannot say: a file that is gone, is no text, or became executable."""
    if before.keys() - after.keys():
        return None
    changed = [path for path in sorted(after) if before.get(path) != after[path]]
    if len(changed) > _MOST_FILES:
        return None
    parts: list[_Part] = []
    for path in changed:
        found = _of_file(path, before.get(path), after[path])
        if found is None:
            return None
        parts += found
    if len(parts) > _MOST_EDITS or sum(part.lines for part in parts) > _MOST_LINES:
        return None
    return tuple(part.edit for part in parts)


def _of_file(path: str, before: tuple[bytes, bool] | None, after: tuple[bytes, bool]) -> list[_Part] | None:
    content, executable = after
    try:
        new = content.decode("utf-8")
        old = "" if before is None else before[0].decode("utf-8")
    except UnicodeDecodeError:
        return None
    if executable != (before is not None and before[1]) or "\r" in new + old:
        return None
    if before is None:
        return [_Part(Edit(path, "", new), new.count("\n"))] if new else None
    return list(_hunks(path, old, new)) if old else None


def _hunks(path: str, old: str, new: str) -> Iterator[_Part]:
    """Edits from the top downwards: above each the text is new already, below it still old."""
    was, now = old.splitlines(keepends=True), new.splitlines(keepends=True)
    for kind, i1, i2, j1, j2 in SequenceMatcher(a=was, b=now, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        current = "".join(now[:j1] + was[i1:])
        context = 0 if i2 > i1 else 1  # where nothing is taken away, a line says where
        while True:
            above, below = now[max(0, j1 - context) : j1], was[i2 : i2 + context]
            found = "".join([*above, *was[i1:i2], *below])
            if current.find(found) == current.rfind(found):  # `count` overlooks places that overlap
                break
            context += 1
        yield _Part(Edit(path, found, "".join([*above, *now[j1:j2], *below])), i2 - i1 + j2 - j1)


def edits_toml(edits: tuple[Edit, ...]) -> str:
    """The edits as tables ``[[edits]]``."""
    return "".join(
        f"\n[[edits]]\nfile = {text_toml(edit.file)}\n"
        + (f"old = {text_toml(edit.old)}\n" if edit.old else "")
        + f"new = {text_toml(edit.new)}\n"
        for edit in edits
    )


def text_toml(text: str) -> str:
    """A text as a TOML value: as it is, in three quotes, where it has lines; else in one line with escapes."""
    if "\n" in text:
        literal = f"'''\n{text}'''"
        if _says(literal, text):
            return literal
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _says(literal: str, text: str) -> bool:
    try:
        return bool(tomllib.loads(f"x = {literal}")["x"] == text)
    except tomllib.TOMLDecodeError:
        return False
