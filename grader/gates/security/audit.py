"""Installed packages against a snapshot of advisories: vulnerable, clean as of a date, or not audited."""

import gzip
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from grader.domain.advisories import Advisories
from grader.domain.errors import EnvironmentError_
from grader.domain.findings import Finding, Severity
from grader.domain.location import Location
from grader.domain.words import bounded

LARGEST = 256 << 20
PULL = "Run `grader advisories pull` in the course's folder."
_INSTALLED = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)-([0-9][^-]*)\.dist-info")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,60}")


@dataclass(frozen=True, slots=True)
class Package:
    """An installed one. ``name`` is in the form that names are compared in."""

    name: str
    version: str


def installed(deps: Path) -> tuple[Package, ...]:
    """What is installed in a folder of packages, by name: the installer's own record, of which nothing is parsed."""
    matches = (_INSTALLED.fullmatch(path.name) for path in deps.glob("*.dist-info"))
    found = {Package(canonicalize_name(match[1]), match[2]) for match in matches if match}
    return tuple(sorted(found, key=lambda package: (package.name, package.version)))


def read_records(advisories: Advisories) -> Iterator[Mapping[str, Any]]:
    """The records of a snapshot.

    Raises:
        EnvironmentError_: it is not there, is another file than the course names, or is no snapshot.
    """
    try:
        data = advisories.path.read_bytes()
    except OSError:
        raise EnvironmentError_(f"There are no advisories at {advisories.path.name}.", PULL) from None
    if hashlib.sha256(data).hexdigest() != advisories.sha256:
        raise EnvironmentError_(f"{advisories.path.name} is not the snapshot that course.toml names.", PULL)
    try:
        text = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
        for line in text.splitlines():
            if line.strip():
                record = json.loads(line)
                if not isinstance(record, dict):
                    raise ValueError("a line is no record")
                yield record
    except (ValueError, OSError, EOFError):
        raise EnvironmentError_(f"{advisories.path.name} is no snapshot of advisories.", PULL) from None


def vulnerabilities(packages: Iterable[Package], records: Iterable[Mapping[str, Any]]) -> Iterator[Finding]:
    """A high finding for each advisory that is about an installed version, by the package's name.

    One whose versions cannot be compared gives a note, and decides nothing.
    """
    by_name = {package.name: package for package in packages}
    for record in records:
        if record.get("withdrawn"):
            continue
        for affected in _dictionaries(record.get("affected")):
            about = affected.get("package")
            name = canonicalize_name(str(about.get("name"))) if isinstance(about, dict) else ""
            if name in by_name and isinstance(about, dict) and about.get("ecosystem") == "PyPI":
                yield from _finding(by_name[name], record, affected)


def _finding(package: Package, record: Mapping[str, Any], affected: Mapping[str, Any]) -> Iterator[Finding]:
    known = str(record.get("id"))
    rule = known if _ID.fullmatch(known) else "advisory"
    where = Location("poetry.lock")
    try:
        version = Version(package.version)
        if not _is_affected(version, affected):
            return
        fixed = sorted(f for f in _fixes(affected) if f > version)
    except InvalidVersion:
        message = f"{package.name} {package.version}: the versions of {rule} cannot be compared with it."
        yield Finding(rule, message, Severity.NOTE, where, "Read the advisory.")
        return
    aliases = ", ".join(str(alias) for alias in record.get("aliases") or () if _ID.fullmatch(str(alias)))
    summary = bounded(str(record.get("summary") or "it has a known vulnerability"), 160)
    remedy = f"Raise it to {fixed[0]} or later." if fixed else "No release mends it: use another package."
    message = f"{package.name} {package.version}: {summary}" + (f" ({aliases})" if aliases else "")
    yield Finding(rule, message, Severity.HIGH, where, remedy, 1395)


def _is_affected(version: Version, affected: Mapping[str, Any]) -> bool:
    named = affected.get("versions")
    if isinstance(named, list) and any(_same(version, str(one)) for one in named):
        return True
    return any(
        _within(version, _dictionaries(span.get("events")))
        for span in _dictionaries(affected.get("ranges"))
        if span.get("type") == "ECOSYSTEM"
    )


def _same(version: Version, other: str) -> bool:
    try:
        return Version(other) == version
    except InvalidVersion:
        return False


def _within(version: Version, events: list[dict[str, Any]]) -> bool:
    """As OSV says: the events in the order of their versions switch between affected and not."""
    marks = []
    for event in events:
        for turn, (kind, after) in enumerate({"introduced": False, "fixed": False, "last_affected": True}.items()):
            if kind in event:
                marks.append((Version(str(event[kind])), turn, after, kind == "introduced"))
    inside = False
    for at, _, after, begins in sorted(marks, key=lambda mark: mark[:2]):
        if version > at or (version == at and not after):
            inside = begins
    return inside


def _fixes(affected: Mapping[str, Any]) -> Iterator[Version]:
    for span in _dictionaries(affected.get("ranges")):
        if span.get("type") == "ECOSYSTEM":
            yield from (Version(str(e["fixed"])) for e in _dictionaries(span.get("events")) if "fixed" in e)


def _dictionaries(value: Any) -> list[dict[str, Any]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []
