"""uv.lock and pylock.toml in the child, read as data: what they lock for this Python, each package with its hashes."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from packaging.markers import InvalidMarker, Marker, UndefinedComparison, UndefinedEnvironmentName
from packaging.pylock import Package, Pylock, PylockUnsupportedVersionError, PylockValidationError
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from grader.reader.dependencies import ENVIRONMENT, TEST_EXTRAS, applies_here
from grader.reader.documents import Problem, toml

MOST_PACKAGES = 300
_MOST_LOCKED = 2000  # for other systems and Pythons too
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?")
_HASH = re.compile(r"sha256:[0-9a-f]{64}")
_UV = "run `uv lock` and commit uv.lock"
_UNDECIDABLE = (InvalidMarker, UndefinedComparison, UndefinedEnvironmentName, RecursionError)


def read_pylock(data: bytes) -> dict[str, Any]:
    """``requirements``, ``packages`` and ``problems`` of a lock, from a pylock.toml (PEP 751)."""
    try:
        lock = Pylock.from_dict(toml(data))
    except PylockUnsupportedVersionError as wrong:
        raise Problem(str(wrong)) from None
    except (PylockValidationError, InvalidVersion, *_UNDECIDABLE) as wrong:
        raise Problem(f"it is no lock of packages ({str(wrong)[:120]})") from None
    extras = frozenset(canonicalize_name(extra) for extra in lock.extras or ())
    here = {
        **ENVIRONMENT,
        "extras": extras & TEST_EXTRAS,
        "dependency_groups": frozenset([*(lock.dependency_groups or ()), *(lock.default_groups or ())]),
    }
    if lock.requires_python is not None and not lock.requires_python.contains(ENVIRONMENT["python_full_version"], True):
        raise Problem(
            f"it was made for Python {lock.requires_python}, and this is {ENVIRONMENT['python_full_version']}"
        )
    return _locked(_of_pylock(package, here) for package in lock.packages)


def _of_pylock(package: Package, here: Mapping[str, Any]) -> tuple[str, str, list[str], str]:
    """A package's name, version, hashes of its wheels and what is wrong with it; no name where it is not for here."""
    if package.marker is not None and not package.marker.evaluate(here, context="lock_file"):
        return "", "", [], ""
    if package.is_direct:
        return package.name, "", [], "{} comes from no index: only packages of an index are installed"
    digests = [wheel.hashes.get("sha256", "") for wheel in package.wheels or ()]
    return package.name, str(package.version or ""), [f"sha256:{digest.lower()}" for digest in digests], ""


def read_uv(pyproject: bytes, uv_lock: bytes) -> dict[str, Any]:
    """``requirements``, ``packages`` and ``problems`` of a lock, from a uv.lock and the project that it is of.

    Counted are the project's dependencies, all its groups, and the extras that are called after tests or development.
    """
    lock, project = toml(uv_lock), toml(pyproject)
    if lock.get("version") != 1:
        raise Problem("it is of a version that is not known here")
    entries = [entry for entry in _list(lock, "package") if isinstance(entry, dict)]
    if len(entries) > _MOST_LOCKED:
        raise Problem(f"it locks {len(entries):,} packages, more than {_MOST_LOCKED:,}")
    roots = [entry for entry in entries if _source(entry) in ("virtual", "editable")]
    own = canonicalize_name(str(_table(project, "project").get("name", "")))
    root = next((entry for entry in roots if canonicalize_name(str(entry.get("name"))) == own), None)
    if root is None:
        raise Problem(f"it does not know the project of pyproject.toml: {_UV}")
    if not _fits(root, project):
        raise Problem(f"it does not fit pyproject.toml, which was changed after locking: {_UV}")
    try:
        reached = _reached(root, entries)
    except (*_UNDECIDABLE, InvalidVersion):
        raise Problem(f"a marker in it cannot be decided here: {_UV}") from None
    return _locked(_of_uv(entry) for entry in reached)


def _reached(root: dict[str, Any], entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The entries that the project needs here, directly and through others."""
    named: dict[str, list[dict[str, Any]]] = {}
    for entry in entries:
        named.setdefault(canonicalize_name(str(entry.get("name"))), []).append(entry)
    edges = [*_edges(root, TEST_EXTRAS)]
    for group in _table(root, "dev-dependencies").values():
        edges += group if isinstance(group, list) else []
    waiting = [edge for edge in edges if _applies(edge)]
    found: dict[int, dict[str, Any]] = {}
    seen: set[tuple[int, frozenset[str]]] = set()
    while waiting:
        edge = waiting.pop()
        extras = frozenset(str(extra) for extra in _list(edge, "extra"))
        for entry in _meant(edge, named.get(canonicalize_name(str(edge.get("name"))), [])):
            if entry is root:
                waiting += [e for e in _edges(root, extras) if _applies(e) and (id(root), extras) not in seen]
            elif (id(entry), extras) not in seen:
                found[id(entry)] = entry
                waiting += [further for further in _edges(entry, extras) if _applies(further)]
            seen.add((id(entry), extras))
    return list(found.values())


def _edges(entry: dict[str, Any], extras: Iterable[str]) -> Iterator[dict[str, Any]]:
    optional = _table(entry, "optional-dependencies")
    for edges in (_list(entry, "dependencies"), *(_list(optional, extra) for extra in extras)):
        yield from (edge for edge in edges if isinstance(edge, dict))


def _applies(edge: dict[str, Any]) -> bool:
    marker = edge.get("marker")
    return marker is None or (isinstance(marker, str) and len(marker) < 4000 and applies_here(Marker(marker)))


def _meant(edge: dict[str, Any], entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those of one name that an edge means: where several versions are locked, it names one."""
    version = edge.get("version")
    return [entry for entry in entries if version is None or entry.get("version") == version]


def _of_uv(entry: dict[str, Any]) -> tuple[str, str, list[str], str]:
    name = str(entry.get("name"))
    if _source(entry) != "registry":
        return name, "", [], "{} comes from no index: only packages of an index are installed"
    wheels = [wheel for wheel in _list(entry, "wheels") if isinstance(wheel, dict)]
    return name, str(entry.get("version")), [str(wheel.get("hash")) for wheel in wheels], ""


def _source(entry: dict[str, Any]) -> str:
    return next(iter(_table(entry, "source")), "")


def _fits(root: dict[str, Any], project: dict[str, Any]) -> bool:
    """Whether the lock was made for the dependencies that the project has; uv writes down which those were."""
    locked = _table(root, "metadata").get("requires-dist", [])
    now = _table(project, "project").get("dependencies", [])
    if not isinstance(locked, list) or not isinstance(now, list):
        return False
    try:
        wanted = {(canonicalize_name(one.name), one.specifier) for one in (Requirement(str(text)) for text in now)}
        known = {
            (canonicalize_name(str(one["name"])), SpecifierSet(str(one.get("specifier", ""))))
            for one in locked
            if "extra ==" not in str(one.get("marker", ""))
        }
    except (InvalidRequirement, InvalidSpecifier, KeyError, AttributeError, TypeError, RecursionError):
        return False
    return wanted == known


def _locked(found: Iterable[tuple[str, str, list[str], str]]) -> dict[str, Any]:
    """The lock that these packages make."""
    lines, packages, problems = set(), {}, []
    for name, version, hashes, problem in found:
        if not name:
            continue
        if not _NAME.fullmatch(name) or not (problem or _is_version(version)):
            problems.append("it has a package without a proper name and version")
        elif problem:
            problems.append(problem.format(name))
        elif not hashes or not all(_HASH.fullmatch(one) for one in hashes):
            problems.append(f"{name} has no wheel with a SHA-256 in it, and nothing is built here")
        else:
            lines.add(f"{name}=={version}" + "".join(f" \\\n    --hash={one}" for one in sorted(set(hashes))))
            packages[str(canonicalize_name(name))] = version
    if len(lines) > MOST_PACKAGES:
        problems.append(f"it locks {len(lines)} packages, more than {MOST_PACKAGES}")
    if not lines and not problems:
        problems.append("it locks no package at all")
    return {"requirements": "\n".join(sorted(lines)) + "\n", "packages": packages, "problems": problems[:8]}


def _is_version(value: str) -> bool:
    try:
        return len(value) <= 64 and value == value.strip() and bool(Version(value))
    except InvalidVersion:
        return False


def _table(data: Any, key: str) -> dict[str, Any]:
    value = data.get(key) if isinstance(data, dict) else None
    return value if isinstance(value, dict) else {}


def _list(data: Any, key: str) -> list[Any]:
    value = data.get(key) if isinstance(data, dict) else None
    return value if isinstance(value, list) else []
