"""Files that are made for a state rather than written: each generator by the name that course.toml gives it."""

import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path

from grader.course.manifest import Generated
from grader.domain.errors import CourseError
from grader.reader.locks import content_hashes

_Generator = Callable[[Generated, Mapping[str, bytes], Path], bytes]
_HASH = re.compile(r'^content-hash = "[0-9a-f]+"$', re.MULTILINE)


def stale_lock(made: Generated, tree: Mapping[str, bytes], root: Path) -> bytes:
    """The lock as it was before a package was added to pyproject.toml: without it, and with the hash of then."""
    missing = [name for name in ("poetry.lock", "pyproject.toml") if name not in tree]
    if missing:
        raise CourseError(f"stale-lock: the state has no {missing[0]}", "Let it show, or delete the generator's entry.")
    lock, project = tree["poetry.lock"].decode("utf-8"), tree["pyproject.toml"].decode("utf-8")
    entry = re.compile(
        rf'^\[\[package\]\]\nname = "{re.escape(made.package)}"\n.*?(?=^\[\[package\]\]|^\[metadata\])', re.M | re.S
    )
    line = re.compile(rf'^ *"{re.escape(made.package)}[^"]*",?\n', re.M)
    older, packages = entry.subn("", lock)
    before, lines = line.subn("", project)
    if packages != 1 or lines != 1:
        raise CourseError(
            f"stale-lock: {made.package} is {packages} times in poetry.lock and {lines} times in pyproject.toml",
            "Name a package in course.toml that is once in each.",
        )
    then = sorted(content_hashes(tomllib.loads(before)))[0]
    return _HASH.sub(f'content-hash = "{then}"', older).encode("utf-8")


def recorded(made: Generated, tree: Mapping[str, bytes], root: Path) -> bytes:
    """A file that this state's own application wrote, kept beside the reference; the state's own tests prove it."""
    file = root / made.source
    if not made.source or not file.is_file():
        raise CourseError(
            f"recorded: {made.source or 'no source'} is no file, for {made.file}",
            "Record it (decision 0021), and name it as `source` in course.toml, from the course's folder.",
        )
    return file.read_bytes()


_GENERATORS: Mapping[str, _Generator] = {"stale-lock": stale_lock, "recorded": recorded}


def generate(made: Generated, tree: Mapping[str, bytes], root: Path) -> bytes:
    """What a generator of course.toml makes for a state, from its other files or from a file below ``root``.

    Raises:
        CourseError: there is no generator of that name, or it cannot make the file of this state.
    """
    generator = _GENERATORS.get(made.generator)
    if generator is None:
        raise CourseError(
            f"course.toml: there is no generator {made.generator!r} for {made.file}",
            f"Write one of: {', '.join(_GENERATORS)}.",
        )
    return generator(made, tree, root)
