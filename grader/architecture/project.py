"""The modules of a project as one: where each is, what it is called, which app it belongs to, what a name leads to."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath

from grader.architecture.modules import Class, Module, ModuleReader
from grader.domain.layout import Layout
from grader.domain.location import Location
from grader.intake.names import is_made_by_tools

MOST_MODULES, MOST_BYTES, _LARGEST = 10_000, 64 << 20, 4 << 20
_TOGETHER, _BYTES_TOGETHER = 50, 100_000
_FOREIGN = frozenset({"site-packages", "node_modules", "venv", ".venv", "vendor"})
# What makes an app of a folder inside of another one; a folder of views alone belongs to the app around it.
_MARKS = ("apps.py", "models.py", "models/__init__.py", "migrations/__init__.py")
_DEEPEST = 12


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A module that could not be read, and why, as a clause."""

    where: Location
    reason: str


@dataclass(frozen=True)
class Project:
    """``modules`` by their paths from the root, ``names`` their dotted names from each folder that they are imported
    from, the one by which they are known first.
    """

    layout: Layout
    modules: Mapping[str, Module]
    names: Mapping[str, tuple[str, ...]]
    files: frozenset[str]
    unreadable: tuple[Unreadable, ...] = ()
    _apps: dict[str, str] = field(default_factory=dict, repr=False)

    @cached_property
    def _by_name(self) -> dict[str, str]:
        """Paths by dotted names, of a name that is there twice the one that Python finds first."""
        found: dict[str, str] = {}
        for path in sorted(self.modules, key=lambda path: (path.count("/"), path)):
            for name in self.names[path]:
                found.setdefault(name, path)
        return found

    @cached_property
    def classes(self) -> dict[str, tuple[str, Class]]:
        """Each class with the path of its module, by the dotted name that its module is known by."""
        return {
            f"{self.names[path][0]}.{one.name}": (path, one)
            for path, module in self.modules.items()
            for one in module.classes
        }

    def resolve(self, dotted: str) -> tuple[str, str] | None:
        """The path of the module that a dotted name leads to, and what is left of the name; ``None`` if it leads out.

        Of ``posts.models.Post`` that is the module and ``Post``. Packages that pass a name on are followed.
        """
        for _ in range(_DEEPEST):
            parts = dotted.split(".")
            size = next((n for n in range(len(parts), 0, -1) if ".".join(parts[:n]) in self._by_name), 0)
            if not size:
                return None
            path, rest = self._by_name[".".join(parts[:size])], parts[size:]
            onward = self.modules[path].names.get(rest[0]) if rest else None
            further = ".".join([onward, *rest[1:]]) if onward else ""
            if not further or further == dotted or self._by_name.get(further) == path:
                return path, ".".join(rest)
            dotted = further
        return None

    def find_class(self, dotted: str) -> tuple[str, Class] | None:
        """The class of the project that a dotted name stands for, with the path of its module."""
        found = self.resolve(dotted)
        return None if found is None else self.classes.get(f"{self.names[found[0]][0]}.{found[1]}")

    def ancestors(self, one: Class) -> tuple[tuple[Class, ...], tuple[str, ...]]:
        """The class and those of the project that it comes from, the nearest first, and dotted names of all others."""
        own, others, waiting = [one], [], list(one.bases)
        seen = {id(one)}
        while waiting:
            base = waiting.pop(0)
            found = self.find_class(base)
            if found is None:
                others.append(base)
            elif id(found[1]) not in seen:
                seen.add(id(found[1]))
                own.append(found[1])
                waiting += found[1].bases
        return tuple(own), tuple(others)

    def app(self, path: str) -> str:
        """The folder of the app or package that a module belongs to; "" for what puts the project together."""
        if path not in self._apps:
            self._apps[path] = self._app(path)
        return self._apps[path]

    def _app(self, path: str) -> str:
        folders = [parent.as_posix() for parent in PurePosixPath(path).parents][:-1]
        inside = [folder for folder in folders if folder not in self._roots]
        for folder in inside:
            if folder not in self._composition and any(f"{folder}/{mark}" in self.files for mark in _MARKS):
                return folder
        packages = [folder for folder in reversed(inside) if folder not in self._composition]
        if packages:
            return next((folder for folder in packages if folder in self._with_modules), packages[-1])
        return "" if inside or path in self._composition else path.removesuffix(".py")

    @cached_property
    def _roots(self) -> frozenset[str]:
        return frozenset(folder.strip("/") for folder in self.layout.sources if folder != ".")

    @cached_property
    def _composition(self) -> frozenset[str]:
        """The module or package of the settings, its parent package, and the modules that servers start."""
        found = {"manage.py"}
        for dotted in (self.layout.settings, self.layout.production, self.layout.application.partition(":")[0]):
            resolved = self.resolve(dotted)
            if resolved is not None:
                path = PurePosixPath(resolved[0])
                found |= {path.as_posix(), path.parent.as_posix()}
                found |= {path.parent.parent.as_posix()} if path.parent.name == "settings" else set()
        return frozenset(found - self._roots - {"."})

    @cached_property
    def _with_modules(self) -> frozenset[str]:
        """Folders that have a module beside an ``__init__``; others only hold packages together."""
        paths = (PurePosixPath(path) for path in self.modules)
        return frozenset(path.parent.as_posix() for path in paths if path.name != "__init__.py")


def read_project(root: Path, files: Iterable[str], layout: Layout) -> Project:
    """The project in the trusted copy at ``root``. Tests and migrations are no part of its architecture.

    Raises:
        EnvironmentError_: this machine cannot start the process that reads.
    """
    known = tuple(sorted(files))
    names = {path: _names(path, layout) for path in _counted(known, layout)}
    modules: dict[str, Module] = {}
    unreadable: list[Unreadable] = []
    with ModuleReader() as reader:
        for batch in _batches(root, names, unreadable):
            found = reader.modules([(dotted, source) for _, dotted, source in batch])
            for (path, _, _), one in zip(batch, found, strict=True):
                if isinstance(one, Module):
                    modules[path] = one
                else:
                    unreadable.append(Unreadable(Location(path, one.line), one.text))
    readable = {path: names[path] for path in modules}
    return Project(layout, modules, readable, frozenset(known), tuple(unreadable))


def _batches(
    root: Path, names: Mapping[str, tuple[str, ...]], unreadable: list[Unreadable]
) -> Iterator[list[tuple[str, str, bytes]]]:
    """Paths, dotted names and sources, as many together as one answer has room for; the rest is ``unreadable``."""
    batch: list[tuple[str, str, bytes]] = []
    size = whole = 0
    for number, path in enumerate(names):
        length = (root / path).stat().st_size
        whole += min(length, _LARGEST)
        if number >= MOST_MODULES or whole > MOST_BYTES:
            reason = f"there are more modules before it than {MOST_MODULES:,}, or {MOST_BYTES >> 20} MB of them"
            unreadable.append(Unreadable(Location(path), reason))
            break
        if length > _LARGEST:
            reason = f"it has {length:,} bytes; no module that a person wrote does"
            unreadable.append(Unreadable(Location(path), reason))
            continue
        if batch and (len(batch) >= _TOGETHER or size + length > _BYTES_TOGETHER):
            yield batch
            batch, size = [], 0
        batch.append((path, names[path][0] + "." * path.endswith("__init__.py"), (root / path).read_bytes()))
        size += length
    if batch:
        yield batch


def _counted(files: Iterable[str], layout: Layout) -> list[str]:
    """The modules of the sources, or all where none are named, without tests, migrations and what others wrote."""
    wanted = [path for path in files if path.endswith(".py") and not _is_apart(path, layout)]
    roots = tuple(f"{folder}/" for folder in layout.sources if folder != ".")
    below = [path for path in wanted if path.startswith(roots)] if roots else wanted
    return below or wanted


def _is_apart(path: str, layout: Layout) -> bool:
    *folders, name = path.split("/")
    if any(path == test or path.startswith(f"{test}/") for test in layout.tests):
        return True
    if any(is_made_by_tools(folder) or folder in _FOREIGN or folder.startswith(".") for folder in folders):
        return True
    if "migrations" in folders or "tests" in folders or "test" in folders:
        return True
    return name.startswith("test_") or name.endswith("_test.py") or name in ("tests.py", "conftest.py")


def _names(path: str, layout: Layout) -> tuple[str, ...]:
    """The dotted names of a module, as seen from each folder that modules come from; the shortest first."""
    roots = ["", *(folder for folder in layout.sources if folder != "." and path.startswith(f"{folder}/"))]
    return tuple(
        _dotted(path.removeprefix(f"{root}/" if root else "")) for root in sorted(roots, key=len, reverse=True)
    )


def _dotted(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
