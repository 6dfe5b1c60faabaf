"""Files that are made for a state rather than written: each generator by the name that course.toml gives it."""

import re
import tomllib
from collections.abc import Callable, Mapping

from grader.course.manifest import Generated
from grader.domain.errors import CourseError
from grader.environment.lock import content_hashes

_HASH = re.compile(r'^content-hash = "[0-9a-f]+"$', re.MULTILINE)


def stale_lock(made: Generated, tree: Mapping[str, bytes]) -> bytes:
    """The lock as it was before a package was added to pyproject.toml: without it, and with the hash of then."""
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


GENERATORS: Mapping[str, Callable[[Generated, Mapping[str, bytes]], bytes]] = {"stale-lock": stale_lock}
