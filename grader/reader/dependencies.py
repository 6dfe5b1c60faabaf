"""What a project asks for without having locked it, in the child: requirements files and pyproject.toml, as data.

No line of what comes out is one that was read: each is written anew from a requirement that packaging understood.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from packaging.dependency_groups import resolve_dependency_groups
from packaging.markers import UndefinedComparison, UndefinedEnvironmentName, default_environment
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from grader.reader.documents import Problem, text, toml

ENVIRONMENT = default_environment()  # now: later this process finds out nothing of its machine
MOST_LINES = 1000
_LONGEST = 2000
_MOST_PROBLEMS = 8
TEST_EXTRAS = frozenset({"test", "tests", "testing", "dev", "develop", "development"})
_HASH = re.compile(r"--hash[= ]sha256:([0-9a-f]{64})(?=\s|$)")
_FOLLOWED = re.compile(r"(-r|--requirement|-c|--constraint)[= ]?\s*(\S+)")
_EDITABLE = re.compile(r"(?:(?:-e|--editable)[= ]?\s*)?(\.|\./)(?:\[([A-Za-z0-9._, -]+)\])?")
_FILE = re.compile(r"[\w.-][\w./-]{0,199}")


def read_requirements(data: bytes) -> dict[str, Any]:
    """One requirements file: ``lines``, the files that it names, and what is wrong with it.

    A line has ``text`` (the requirement, normalised) and ``hashes``. ``files`` are ``[is_constraint, name]``; with
    ``project`` it asks for the project itself. ``ignored`` are options that choose where packages come from or how they
    are built: whoever installs has both decided. What a marker rules out here is left out.
    """
    found: dict[str, Any] = {"lines": [], "files": [], "ignored": [], "problems": [], "project": False}
    lines = re.sub(r"\\\r?\n", " ", text(data).removeprefix("\ufeff")).splitlines()
    said = [line for raw in lines if (line := re.sub(r"(^|\s)#.*$", "", raw).strip())]
    if len(said) > MOST_LINES:
        raise Problem(f"it has {len(said):,} lines, more than {MOST_LINES:,}")
    for line in said:
        _read_line(line, found)
    found["problems"] = found["problems"][:_MOST_PROBLEMS]
    return found


def _read_line(line: str, found: dict[str, Any]) -> None:
    if match := _FOLLOWED.fullmatch(line):
        if _FILE.fullmatch(match[2]):
            found["files"].append([match[1] in ("-c", "--constraint"), match[2]])
        else:
            found["problems"].append(f"`{_shown(line)}` names no file of the project")
    elif _EDITABLE.fullmatch(line):
        found["project"] = True
    elif line.startswith("-"):
        option = re.split(r"[= ]", line, maxsplit=1)[0]
        if option in ("-e", "--editable"):
            found["problems"].append(f"`{_shown(line)}` is no package of an index")
        else:
            found["ignored"].append(_shown(option))
    else:
        bare = re.split(r"\s--", line, maxsplit=1)[0].strip()
        requirement, problem = requirement_of(bare)
        if problem:
            found["problems"].append(problem)
        elif requirement is not None:
            found["lines"].append({"text": str(requirement), "hashes": sorted(set(_HASH.findall(line)))})


def read_project(data: bytes) -> dict[str, Any]:
    """What pyproject.toml asks for: ``lines`` (without hashes), ``python`` (requires-python) and ``problems``.

    Counted are the dependencies, all dependency groups, and the extras that are called after tests or development.
    """
    document = toml(data)
    project = _table(document, "project")
    python = project.get("requires-python")
    wanted, problems = _wanted(project, _table(document, "dependency-groups"))
    poetry = _table(_table(document, "tool"), "poetry")
    if not wanted and "dependencies" in poetry:
        problems.append("its dependencies are those of [tool.poetry], which only a poetry.lock tells in full")
    if "dependencies" in _texts(project.get("dynamic")):
        problems.append("its dependencies are dynamic: only code of the project tells them")
    lines = []
    for one in wanted[:MOST_LINES]:
        requirement, problem = requirement_of(one)
        if problem:
            problems.append(problem)
        elif requirement is not None:
            lines.append({"text": str(requirement), "hashes": []})
    return {
        "lines": lines,
        "python": python if isinstance(python, str) and len(python) <= 100 else "",
        "problems": problems[:_MOST_PROBLEMS],
    }


def _wanted(project: Mapping[str, Any], groups: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """The requirements of a project and its groups as texts, and what is wrong with the groups."""
    found = _texts(project.get("dependencies"))
    for name, extra in _table(project, "optional-dependencies").items():
        if canonicalize_name(str(name)) in TEST_EXTRAS:
            found += _texts(extra)
    try:
        return found + list(resolve_dependency_groups(groups, *groups) if groups else ()), []
    except (ValueError, LookupError, TypeError, AttributeError, ExceptionGroup) as wrong:
        return found, [f"[dependency-groups] cannot be read ({type(wrong).__name__})"]


def requirement_of(line: str) -> tuple[Requirement | None, str]:
    """A requirement for an index, without its marker; neither it nor a problem where the marker rules it out."""
    try:
        if len(line) > _LONGEST:
            raise InvalidRequirement(line)
        requirement = Requirement(line)
        applies = requirement.marker is None or applies_here(requirement.marker)
    except (InvalidRequirement, UndefinedComparison, UndefinedEnvironmentName, RecursionError):
        return None, f"`{_shown(line)}` is no requirement that pip would take"
    if not applies:
        return None, ""
    if requirement.url is not None:
        return None, f"{requirement.name[:60]} comes from an address: only packages of an index are installed"
    requirement.marker = None
    return requirement, ""


def applies_here(marker: Any, extras: Iterable[str] = ()) -> bool:
    """Whether a marker holds for this Python, with one of these extras or with none."""
    return any(marker.evaluate({**ENVIRONMENT, "extra": extra}) for extra in extras or ("",))


def _table(data: Any, key: str) -> Mapping[str, Any]:
    value = data.get(key) if isinstance(data, dict) else None
    return value if isinstance(value, dict) else {}


def _texts(value: object) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _shown(line: str) -> str:
    """The beginning, without what an address may hold of passwords."""
    return re.sub(r"//\S+", "//…", line)[:80]
