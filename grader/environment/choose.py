"""Which wheel of a pinned requirement is installed here: the best one that the index lists with a pinned hash."""

import hashlib
import re
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby

from packaging.markers import InvalidMarker, Marker, UndefinedComparison, UndefinedEnvironmentName
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.tags import Tag, sys_tags
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename
from packaging.version import InvalidVersion, Version

from grader.environment.faults import NotInstallable
from grader.environment.index import File, files_of

_LINE = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==([^\s;]+)\s*(?:;\s*(.+?))?")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Pinned:
    """A requirement that applies here: a package by its normalised name, its version, and the hashes allowed for it."""

    name: str
    version: str
    hashes: frozenset[str]

    @property
    def key(self) -> str:
        """SHA-256 over the requirement and what it is installed for."""
        facts = (self.name, self.version, *sorted(self.hashes), *platform_facts())
        return hashlib.sha256("\0".join(facts).encode()).hexdigest()


def platform_facts() -> tuple[str, ...]:
    """The Python and the platform that wheels are chosen and compiled for."""
    return sys.implementation.cache_tag or "", sysconfig.get_platform()


def pinned(requirements: str) -> tuple[Pinned, ...]:
    """The requirements of a hash-pinned requirements text that apply to this Python, by name.

    Raises:
        NotInstallable: a line is not one, has no hash, or its marker asks for what has no value.
    """
    lines = re.sub(r"\s*\\\n\s*", " ", requirements).splitlines()
    found = [one for line in lines if (text := line.split(" #")[0].strip()) and text[0] != "#" and (one := _read(text))]
    found.sort(key=lambda one: (one.name, one.version))
    for name, same in groupby(found, key=lambda one: one.name):
        if len(versions := {one.version for one in same}) > 1:
            raise NotInstallable(f"{name} is required as {' and as '.join(sorted(versions))}")
    return tuple(dict.fromkeys(found))


def _read(text: str) -> Pinned | None:
    """A line, or nothing where its marker rules this Python out."""
    head, hashes = text.split("--hash")[0].strip(), frozenset(_HASH.findall(text))
    line = _LINE.fullmatch(head)
    if line is None or not hashes:
        raise NotInstallable(f"{head[:80]!r} is no requirement that is pinned by hash")
    name, version, marker = line.groups()
    try:
        applies = marker is None or Marker(marker).evaluate()
    except (InvalidMarker, UndefinedComparison, UndefinedEnvironmentName, InvalidVersion, RecursionError):
        raise NotInstallable(f"the marker of {name} cannot be decided here") from None
    return Pinned(canonicalize_name(name), version, hashes) if applies else None


def chosen(requirement: Pinned, indexes: tuple[str, ...]) -> File:
    """The file to install.

    Raises:
        NotInstallable: no index has the package, the version, a pinned file of it, or a wheel for this Python.
        Unreachable: an index does not answer.
    """
    listed = [file for index in indexes for file in files_of(requirement.name, index)]
    what = f"{requirement.name} {requirement.version}"
    if not listed:
        raise NotInstallable(f"the package index has no {requirement.name}")
    of_version = [(file, tags) for file, tags in _wheels(listed, requirement)]
    if not of_version:
        raise NotInstallable(f"the package index has no wheel of {what}")
    known = [(file, tags) for file, tags in of_version if file.sha256 in requirement.hashes]
    if not known:
        raise NotInstallable(f"the package index has no wheel of {what} with a hash that is pinned for it")
    ranked = [(rank, file.name, file) for file, tags in known if (rank := _rank(tags)) is not None and _fits(file)]
    if not ranked:
        raise NotInstallable(f"{what} has no wheel for this Python ({', '.join(platform_facts())})")
    return min(ranked, key=lambda one: one[:2])[2]


def _wheels(listed: list[File], requirement: Pinned) -> Iterator[tuple[File, frozenset[Tag]]]:
    wanted = Version(requirement.version)
    for file in listed:
        try:
            name, version, _, tags = parse_wheel_filename(file.name)
        except (InvalidWheelFilename, InvalidVersion):
            continue
        if (name, version) == (requirement.name, wanted):
            yield file, tags


def _rank(tags: frozenset[Tag]) -> int | None:
    """The lower, the better; nothing if none of the tags is one of ours."""
    return min((_ranks()[tag] for tag in tags if tag in _ranks()), default=None)


@cache
def _ranks() -> dict[Tag, int]:
    return {tag: rank for rank, tag in enumerate(sys_tags())}


def _fits(file: File) -> bool:
    """Whether the file is for this version of Python, as far as the index says."""
    try:
        return SpecifierSet(file.python).contains(sys.version.split()[0].rstrip("+"), prereleases=True)
    except InvalidSpecifier:
        return True
