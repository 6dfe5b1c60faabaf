"""A project's lock, read by a process without rights: what it asks for, or why it cannot be used."""

import os
import re
import stat
from pathlib import Path
from typing import Any

import msgspec

from grader.environment.locked import LARGEST_BYTES, RELOCK, Lock
from grader.reader.client import NotReadable, Reader

_NAMES = ("pyproject.toml", "poetry.lock")
_CPU_S = 2.0
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
# What a line for the installer may be, whoever made it up: one version of one package, a marker, hashes.
_REQUIREMENT = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}==[A-Za-z0-9.!+_-]{1,64}(?: ; [^\n\\]{1,4000})?"
    r"(?: \\\n    --hash=sha256:[0-9a-f]{64})+\n"
)


def read_lock(folder: Path) -> Lock:
    """The lock of the project in this folder.

    Raises:
        EnvironmentError_: this machine cannot start the process that reads it.
    """
    contents = {name: _content(folder / name) for name in _NAMES}
    problems = tuple(content for content in contents.values() if isinstance(content, str))
    if problems:
        return Lock("", {}, problems)
    project, lock = (content for content in contents.values() if isinstance(content, bytes))
    with Reader("lock", "toml") as reader:
        name = _NAMES[0]
        try:
            _prove_readable(reader, project)
            name = _NAMES[1]
            return believed(reader.read("lock", project, lock, cpu_s=_CPU_S))
        except (NotReadable, msgspec.ValidationError) as problem:
            what = problem.text if isinstance(problem, NotReadable) else "what is read from it is no lock"
            return Lock("", {}, (f"{name} cannot be read: {what}. Write it anew, then {RELOCK}.",))


def _prove_readable(reader: Reader, project: bytes) -> None:
    """That the first file does not exhaust its reader; what else is wrong with it, reading both together finds."""
    try:
        reader.read("toml", project, cpu_s=_CPU_S)
    except NotReadable as problem:
        if problem.exhausting:
            raise


def _content(path: Path) -> bytes | str:
    """The file, or a problem. No link is followed and no pipe waited on, wherever the folder comes from."""
    missing = f"{path.name} is missing: {'run `poetry init`' if path.suffix == '.toml' else RELOCK}."
    try:
        descriptor = os.open(path, _FILE)
    except OSError:
        return missing
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return missing
        data = file.read(LARGEST_BYTES + 1)
    return data if len(data) <= LARGEST_BYTES else f"{path.name} is larger than {LARGEST_BYTES >> 20} MB: {RELOCK}."


def believed(answer: Any) -> Lock:
    """The answer as a lock, if it is one: its requirements go to an installer, and are no options of it."""
    lock = msgspec.convert(answer, type=Lock)
    rest = "" if lock.problems else _REQUIREMENT.sub("", lock.requirements)
    if rest:
        raise msgspec.ValidationError("requirements that are none")
    return lock
