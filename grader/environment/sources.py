"""Where a project that nobody here wrote says what it needs: its locks first, then what it asks for without one."""

import os
import posixpath
import stat
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec

from grader.environment.kept import kept_lock
from grader.environment.lock import believed
from grader.environment.locked import LARGEST_BYTES, Lock
from grader.reader.client import Kind, NotReadable, Reader

_CPU_S = 3.0
_MOST_FILES = 20
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
# What files of requirements are called that a developer installs; others are for deployments, documents and the like.
_WORDS = frozenset(
    ["base", "common", "main", "all", "dev", "develop", "development", "local", "test", "tests", "testing", "ci"]
)
_NOTHING = (
    "Nothing says which packages it needs: add a poetry.lock, uv.lock, pylock.toml or requirements.txt, or "
    "dependencies in pyproject.toml."
)


class Line(msgspec.Struct, frozen=True):
    """A requirement as packaging writes it, without a marker, and the SHA-256 of files that are allowed for it."""

    text: str
    hashes: tuple[str, ...] = ()


class _Requirements(msgspec.Struct, frozen=True):
    lines: tuple[Line, ...] = ()
    files: tuple[tuple[bool, str], ...] = ()
    ignored: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    project: bool = False
    python: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """What one source asks for: a ``lock`` that can be used as it is, or ``wanted`` lines for a resolver.

    ``name`` is the file, or several, as people call them. With ``problems``, sentences, it cannot be used. ``ignored``
    are options in it that were not obeyed.
    """

    name: str
    lock: Lock | None = None
    wanted: tuple[str, ...] = ()
    constraints: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()


def offers(root: Path, files: Iterable[str], kept: Path) -> Iterator[Offer]:
    """What the project at ``root`` says it needs, the most exact first; each is read when it is asked for.

    ``files`` are its paths; ``kept`` is where locks that were read before are kept. Raises ``EnvironmentError_`` where
    this machine cannot start the process that reads.
    """
    known = frozenset(files)
    if "poetry.lock" in known:
        yield _of_poetry(kept_lock(root, kept))
    with Reader("uv", "pylock", "requirements", "project") as reader:
        looking = _Looking(root, known, reader)
        if "uv.lock" in known:
            yield looking.lock("uv.lock", "uv", "pyproject.toml", "uv.lock")
        for name in _pylocks(known):
            yield looking.lock(name, "pylock", name)
        if named := requirements_files(known):
            yield looking.requirements(named)
        if "pyproject.toml" in known:
            yield looking.project()


def python_asked_for(root: Path, files: frozenset[str]) -> tuple[str, str]:
    """Which file asks for which Python, as it is written there; two empty texts where none does."""
    with Reader("project") as reader:
        looking = _Looking(root, files, reader)
        if "pyproject.toml" in files and (asked := looking.project_file().python):
            return "pyproject.toml", asked
        with suppress(NotReadable):
            if ".python-version" in files:
                first = looking.content(".python-version")[:100].decode("ascii", "replace").strip().splitlines()
                return ".python-version", "".join(first[:1])
    return "", ""


def nothing_said(offered: int) -> tuple[str, ...]:
    """A sentence where there was no source at all."""
    return () if offered else (_NOTHING,)


def requirements_files(files: frozenset[str]) -> list[str]:
    """The files of requirements that a developer would install: at the root or in requirements/, plain one first."""
    found = []
    for path in files:
        folder, name = PurePosixPath(path).parent.as_posix(), PurePosixPath(path).name
        if name.endswith(".txt") and (folder == "requirements" or (folder == "." and name.startswith("requirements"))):
            words = name.removesuffix(".txt").removeprefix("requirements").replace("_", "-").strip("-").split("-")
            found.append((_WORDS.issuperset(filter(None, words)), words != [""], path))
    meant = sorted(one for one in found if one[0]) or sorted(found)[:1]
    return [path for _, _, path in meant][:_MOST_FILES]


def _pylocks(files: frozenset[str]) -> list[str]:
    """pylock.toml, or those for a use by name that stand for development; without any such, the first."""
    named = sorted(f for f in files if "/" not in f and f.startswith("pylock.") and f.endswith(".toml"))
    if "pylock.toml" in named:
        return ["pylock.toml"]
    return sorted(named, key=lambda name: name.split(".")[1] not in _WORDS)[:1]


def _of_poetry(lock: Lock) -> Offer:
    return Offer("poetry.lock", None if lock.problems else lock, problems=lock.problems)


@dataclass(frozen=True, slots=True)
class _Looking:
    """The files of one project, and the child that reads them."""

    root: Path
    files: frozenset[str]
    reader: Reader

    def lock(self, name: str, kind: Kind, *documents: str) -> Offer:
        """A lock, read from these files."""
        try:
            lock = believed(self.reader.read(kind, *map(self.content, documents), cpu_s=_CPU_S))
        except NotReadable as wrong:
            return Offer(name, problems=(f"{name} cannot be used: {wrong.text}.",))
        except msgspec.ValidationError:
            return Offer(name, problems=(f"{name} cannot be used: what is read from it is no lock.",))
        if lock.problems:
            return Offer(name, problems=tuple(f"{name} cannot be used: {one}." for one in lock.problems))
        return Offer(name, lock)

    def project(self) -> Offer:
        """The dependencies of pyproject.toml."""
        name, read = "pyproject.toml", self.project_file()
        if not read.lines and not read.problems:
            return Offer(name, problems=("pyproject.toml names no dependencies.",))
        return _offer(name, {name: read}, set())

    def project_file(self) -> _Requirements:
        """What pyproject.toml says."""
        return self._read("project", "pyproject.toml")

    def requirements(self, names: list[str]) -> Offer:
        """Files of requirements, with those that they name."""
        read: dict[str, _Requirements] = {}
        constraints: set[str] = set()
        waiting = [(False, name) for name in names]
        while waiting and len(read) < _MOST_FILES:
            is_constraint, name = waiting.pop(0)
            if name in read:
                continue
            if is_constraint:
                constraints.add(name)
            read[name] = self._read("requirements", name)
            above = PurePosixPath(name).parent
            waiting += [(is_constraint or other, _joined(above, file)) for other, file in read[name].files]
            if read[name].project and "pyproject.toml" in self.files:
                read.setdefault("pyproject.toml", self.project_file())
        if waiting:
            more = _Requirements(problems=(f"more than {_MOST_FILES} files name each other",))
            read[names[0]] = more
        return _offer(" and ".join(names[:3]), read, constraints)

    def _read(self, kind: Kind, name: str) -> _Requirements:
        """What a file says; its problem is that it is not there, or no such file."""
        if name not in self.files:
            return _Requirements(problems=("it is named and is not there",))
        try:
            found: Any = self.reader.read(kind, self.content(name), cpu_s=_CPU_S)
            return msgspec.convert(found, _Requirements)
        except NotReadable as wrong:
            return _Requirements(problems=(wrong.text,))
        except msgspec.ValidationError:
            return _Requirements(problems=("what is read from it is no list of requirements",))

    def content(self, name: str) -> bytes:
        """A plain file; ``NotReadable`` where it is none, or too large."""
        try:
            descriptor = os.open(self.root / name, _FILE)
        except OSError:
            raise NotReadable(f"{name} is missing") from None
        with os.fdopen(descriptor, "rb") as file:
            data = file.read(LARGEST_BYTES + 1) if stat.S_ISREG(os.fstat(descriptor).st_mode) else None
        if data is None or len(data) > LARGEST_BYTES:
            raise NotReadable(f"{name} is larger than {LARGEST_BYTES >> 20} MB or no plain file")
        return data


def _joined(folder: PurePosixPath, name: str) -> str:
    """A path from the root, of a file that one in ``folder`` names; what leads out of the project is in no list."""
    return posixpath.normpath(folder / name)


def _offer(name: str, read: dict[str, _Requirements], constraints: set[str]) -> Offer:
    """What these files ask for together: a lock where each line pins one version by hash."""
    problems = tuple(f"{file} cannot be used: {one}." for file, found in read.items() for one in found.problems)
    wanted = [line for file, found in read.items() if file not in constraints for line in found.lines]
    bounds = tuple(line.text for file, found in read.items() if file in constraints for line in found.lines)
    if not wanted and not problems:
        problems = (f"{name} asks for no package.",)
    offer = Offer(
        name,
        wanted=tuple(dict.fromkeys(line.text for line in wanted)),
        constraints=tuple(dict.fromkeys(bounds)),
        problems=problems[:4],
        ignored=tuple(sorted({option for found in read.values() for option in found.ignored})),
    )
    if not problems and wanted and all(line.hashes and "==" in line.text for line in wanted):
        lock = _hashed(wanted)
        return replace(offer, lock=lock) if lock is not None else offer
    return offer


def _hashed(wanted: list[Line]) -> Lock | None:
    """The lock that hashed lines are; nothing where one pins no single version."""
    pins: dict[tuple[str, str], set[str]] = {}
    for line in wanted:
        name, _, version = line.text.partition("==")
        pins.setdefault((name.partition("[")[0], version), set()).update(line.hashes)
    text = "".join(
        f"{name}=={version}" + "".join(f" \\\n    --hash=sha256:{one}" for one in sorted(hashes)) + "\n"
        for (name, version), hashes in sorted(pins.items())
    )
    try:
        return believed({"requirements": text, "packages": {n.lower(): v for n, v in pins}, "problems": []})
    except msgspec.ValidationError:
        return None
