"""What a branch, a tag or HEAD stands for, read from a repository's files as data."""

import os
import re
import stat
from pathlib import Path

_HASH = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z._/-]{0,199}")
_PLACES = ("", "refs/heads/", "refs/tags/", "refs/remotes/", "refs/remotes/origin/")
_LARGEST = 1 << 20
_MOST_STEPS = 5


def resolve(folder: Path, name: str) -> str | None:
    """The hash of the object that ``name`` stands for in the git folder; ``None`` if there is no such name."""
    if not _NAME.fullmatch(name) or ".." in name:
        return None
    places = ("",) if name.startswith("refs/") or name == "HEAD" else _PLACES[1:]
    return next(filter(None, (_follow(folder, place + name, _MOST_STEPS) for place in places)), None)


def _follow(folder: Path, name: str, steps: int) -> str | None:
    text = _text(folder, name).strip()
    if _HASH.fullmatch(text):
        return text
    onward = text.removeprefix("ref: ")
    if onward != text and steps and _NAME.fullmatch(onward) and ".." not in onward:
        return _follow(folder, onward, steps - 1)
    return None if text else _packed(folder, name)


def _packed(folder: Path, name: str) -> str | None:
    for line in _text(folder, "packed-refs").splitlines():
        value, _, known = line.partition(" ")
        if known == name and _HASH.fullmatch(value):
            return value
    return None


def _text(folder: Path, name: str) -> str:
    """The file, "" if it is none of its own: a link is not followed, and a pipe is not waited on."""
    try:
        path = folder / name
        if path.resolve() != folder.resolve() / name:
            return ""
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, RuntimeError):
        return ""
    with os.fdopen(file, "rb") as opened:
        if not stat.S_ISREG(os.fstat(file).st_mode):
            return ""
        return opened.read(_LARGEST).decode("utf-8", "replace")
