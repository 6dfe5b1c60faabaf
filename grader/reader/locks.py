"""poetry.lock and pyproject.toml in the child, read as data: neither Poetry nor anything of the project runs."""

import hashlib
import json
import platform
import re
from collections.abc import Mapping
from typing import Any

from packaging.markers import InvalidMarker, Marker
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from grader.reader.documents import Problem, toml

RELOCK = "run `poetry lock` and commit poetry.lock"

MOST_PROBLEMS = 8
MOST_PACKAGES = 300
_MOST_NAMED = 4
_LFS = b"version https://git-lfs.github.com/spec/"
# Where a package may come from: an index, by whatever address. Its hashes are pinned, so that it does not matter which.
_INDEX = "legacy"

# What Poetry 2 hashes to tell whether a lock still fits (poetry/packages/locker.py): these keys, in this form.
_PROJECT_KEYS = ("requires-python", "dependencies", "optional-dependencies")
_LEGACY_KEYS = ("dependencies", "source", "extras", "dev-dependencies")
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?")
_HASH = re.compile(r"sha256:[0-9a-f]{64}")
# No line break: a marker ends up on a line of its package, and a second line could be an option of the installer.
_MARKER = re.compile(r"[A-Za-z0-9_.,<>=!~()\"'* +-]{1,2000}")
_FILE = re.compile(r"[A-Za-z0-9_.+!-]{1,200}")


def read_lock(pyproject: bytes, poetry_lock: bytes) -> dict[str, Any]:
    """``requirements``, ``packages`` and ``problems`` of ``grader.environment.Lock``."""
    found, problems = {}, []
    for name, data in (("pyproject.toml", pyproject), ("poetry.lock", poetry_lock)):
        found[name], problem = _toml(name, data)
        problems += [problem] if problem else []
    if problems:
        return {"requirements": "", "packages": {}, "problems": problems}
    project, lock = found["pyproject.toml"], found["poetry.lock"]
    problems += _fit(project, lock)
    lines: list[str] = []
    packages: dict[str, str] = {}
    wrong: dict[str, list[str]] = {}
    entries = lock.get("package", [])
    entries = entries if isinstance(entries, list) else []
    if len(entries) > MOST_PACKAGES:
        problems.append(f"poetry.lock locks {len(entries)} packages, more than {MOST_PACKAGES}: depend on fewer.")
    for entry in entries[:MOST_PACKAGES]:
        line, problem = _requirement(entry)
        if problem:
            wrong.setdefault(problem, []).append(_name_of(entry))
        if line:
            lines.append(line)
            packages[canonicalize_name(entry["name"])] = entry["version"]
    problems += [_of_packages(sentence, names) for sentence, names in wrong.items()]
    if not lines and not problems:
        problems.append(f"poetry.lock locks no package at all: {RELOCK}.")
    requirements = "\n".join(sorted(lines)) + "\n"
    return {"requirements": requirements, "packages": packages, "problems": problems[:MOST_PROBLEMS]}


def _name_of(entry: object) -> str:
    name = entry.get("name") if isinstance(entry, dict) else None
    return name if isinstance(name, str) and _NAME.fullmatch(name) else "a package"


def _of_packages(sentence: str, names: list[str]) -> str:
    """One sentence of all packages with which the same is wrong, however many they are."""
    known = sorted(set(names))
    more = f" and {len(known) - _MOST_NAMED} more" if len(known) > _MOST_NAMED else ""
    several = len(known) > 1
    return sentence.format(
        ", ".join(known[:_MOST_NAMED]) + more, have="have" if several else "has", come="come" if several else "comes"
    )


def content_hashes(project: Mapping[str, Any]) -> frozenset[str]:
    """The content hashes that fit this pyproject: as Poetry 2.3 and later write it, and as earlier ones did."""
    return frozenset(_content_hash(project, groups) for groups in (True, False))


def _content_hash(project: Mapping[str, Any], with_groups: bool) -> str:
    table = _table(project, "project")
    groups = _table(project, "dependency-groups") if with_groups else {}
    tool = _table(_table(project, "tool"), "poetry")
    relevant = {key: table[key] for key in _PROJECT_KEYS if table.get(key) is not None}
    legacy = {}
    for key in (*_LEGACY_KEYS, "group"):
        value = tool.get(key)
        if value is None and (key not in _LEGACY_KEYS or relevant or groups):
            continue
        legacy[key] = value
    content: dict[str, Any] = {}
    if relevant:
        content["project"] = relevant
    if groups:
        content["dependency-groups"] = groups
    if content:
        content["tool"] = {"poetry": legacy}
    return hashlib.sha256(json.dumps(content or legacy, sort_keys=True, default=str).encode()).hexdigest()


def _table(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = data.get(key, {})
    return value if isinstance(value, dict) else {}


def _toml(name: str, data: bytes) -> tuple[dict[str, Any], str]:
    """The file as data, and a problem if it is not."""
    try:
        found: dict[str, Any] = toml(data)
        return found, ""
    except Problem as problem:
        if data.startswith(_LFS):
            return {}, f"{name} is a pointer of Git LFS and not the file itself: take it out of LFS and commit it."
        if "UTF-8" in problem.text:
            return {}, f"{name}: {problem.text}."
        return {}, f"{name} is not valid TOML ({problem.text[:120]}): mend it, then {RELOCK}."


def _fit(project: Mapping[str, Any], lock: Mapping[str, Any]) -> list[str]:
    """What is wrong with the lock as a whole."""
    problems = []
    metadata = _table(lock, "metadata")
    if not str(metadata.get("lock-version", "")).startswith("2."):
        problems.append(f"poetry.lock was not written by Poetry 2: {RELOCK} with Poetry 2.")
    elif metadata.get("content-hash") not in content_hashes(project):
        problems.append(f"poetry.lock does not fit pyproject.toml, which was changed after locking: {RELOCK}.")
    problems += _python_problem(_table(project, "project").get("requires-python"))
    if _table(_table(project, "tool"), "poetry").get("requires-plugins"):
        problems.append(
            "pyproject.toml asks for Poetry plugins (requires-plugins), which are refused: remove that table."
        )
    return problems


def _python_problem(required: object) -> list[str]:
    """What is wrong with the Python that the project asks for; what Poetry alone can read is left to it."""
    ours = platform.python_version()
    try:
        if not isinstance(required, str) or len(required) > 100 or SpecifierSet(required).contains(ours, True):
            return []
    except InvalidSpecifier:
        return []
    return [f"pyproject.toml asks for Python {required}, and it is graded with {ours}: allow that, then {RELOCK}."]


def _requirement(entry: object) -> tuple[str, str]:
    """A requirements line for one package of the lock, or a problem; neither for an optional package.

    A problem is a sentence to be formatted with the names of all packages that have it, ``have`` and ``come``.
    """
    if not isinstance(entry, dict):
        return "", f"poetry.lock has a package that is not a table: {RELOCK}."
    name, version = entry.get("name"), entry.get("version")
    if not (isinstance(name, str) and _NAME.fullmatch(name) and _is_version(version)):
        return "", f"poetry.lock has a package without a proper name and version: {RELOCK}."
    if "source" in entry and (kind := str(_table(entry, "source").get("type", "another"))[:20]) != _INDEX:
        kind = kind if kind.isalnum() else "strange"
        return "", f"{{0}} {{come}} from a {kind} source: only packages of an index are installed; depend on a release."
    if entry.get("optional") is True:
        return "", ""
    hashes, problem = _hashes(entry.get("files", []))
    if problem:
        return "", problem
    marker, problem = _marker(entry.get("markers"), entry.get("groups", ["main"]))
    tail = "".join(f" \\\n    --hash={value}" for value in hashes)
    return ("", problem) if problem else (f"{name}=={version}{marker}{tail}", "")


def _is_version(value: object) -> bool:
    try:
        return isinstance(value, str) and len(value) <= 64 and value == value.strip() and bool(Version(value))
    except InvalidVersion:
        return False


def _hashes(files: object) -> tuple[list[str], str]:
    wheels = []
    for file in files if isinstance(files, list) else []:
        known, value = (file.get("file"), file.get("hash")) if isinstance(file, dict) else (None, None)
        if not (
            isinstance(known, str) and isinstance(value, str) and _FILE.fullmatch(known) and _HASH.fullmatch(value)
        ):
            return [], f"{{0}} {{have}} a file or a hash in poetry.lock that is not one: {RELOCK}."
        if known.endswith(".whl"):
            wheels.append(value)
    if not wheels:
        return (
            [],
            "{0} {have} no wheel in poetry.lock and would have to be built: choose versions with wheels.",
        )
    return sorted(wheels), ""


def _marker(value: object, groups: object) -> tuple[str, str]:
    """`` ; marker`` or nothing. All groups are installed: of markers by groups any will do, and a group without one."""
    if isinstance(value, dict) and isinstance(groups, list) and not {str(group) for group in groups} <= value.keys():
        return "", ""
    if value is None:
        return "", ""
    text = " or ".join(f"({v})" for v in value.values()) if isinstance(value, dict) else value
    try:
        if isinstance(text, str) and _MARKER.fullmatch(text):
            return f" ; {Marker(text)}", ""
    except (InvalidMarker, RecursionError):
        pass
    return "", f"{{0}} {{have}} a marker in poetry.lock that cannot be read: {RELOCK}."
