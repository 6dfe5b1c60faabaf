"""Finds the parts of a Django project that nobody here wrote, from its files as data, and reads its ``track.toml``."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

from grader.domain.errors import SubmissionError
from grader.domain.layout import COURSE, RUNNERS, Layout, NoLayout
from grader.intake.layout_urls import Served, served
from grader.intake.names import is_made_by_tools, shown
from grader.reader.client import Kind, NotReadable, Reader

FILE = "track.toml"
_LARGEST = 1 << 20
# Where pytest looks for its options, in its order; each with the kind of document and the table in it.
_PYTEST: tuple[tuple[str, Kind, tuple[str, ...]], ...] = (
    ("pytest.ini", "ini", ("pytest",)),
    ("pyproject.toml", "toml", ("tool", "pytest", "ini_options")),
    ("tox.ini", "ini", ("pytest",)),
    ("setup.cfg", "ini", ("tool:pytest",)),
)
# What nearly every project of Django's tells apart: who is logged in, and who may do everything.
_ROLES = ("user", "admin")
_SESSIONS, _MODEL = b"django.contrib.sessions", b"(models.Model)"
_OWN_WORDS = ("site-packages", "node_modules", "venv", ".venv")


@dataclass(frozen=True, slots=True)
class Found:
    """A layout, and for each of its keys that is not a default the file that says so.

    ``unknown`` are the keys that a deployment or a check of tests would need and no file tells. ``notes`` are
    sentences on what was looked for.
    """

    layout: Layout
    origins: Mapping[str, str]
    unknown: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def sentences(self) -> tuple[str, ...]:
        """What to tell people: what was looked for in vain, and the keys to set."""
        if not self.unknown:
            return self.notes
        keys, one = " and ".join(f"`{key}`" for key in self.unknown), len(self.unknown) == 1
        return (f"No file of the project tells {keys}: set {'it' if one else 'them'} in {FILE}, [layout].", *self.notes)


def of_course(root: Path, layout: Layout) -> Found:
    """The course's layout with what the project's own ``track.toml`` says otherwise.

    Raises:
        SubmissionError: the file cannot be read, or has a value that no layout can have.
    """
    with Reader("toml") as reader:
        return _overridden(root, Found(layout, {}), reader)


def detect(root: Path, files: Iterable[str]) -> Found:
    """The layout of any project in the trusted copy at ``root``; what ``track.toml`` says comes before what is found.

    A project with all that the course's layout names has that one, with the URLs that no file tells. Nothing of the
    project runs. Raises ``SubmissionError`` as ``of_course`` does.
    """
    if _is_of_course(frozenset(files)):
        return of_course(root, COURSE)
    with Reader("toml", "startup", "ini", "routes") as reader:
        looking = _Looking(root, tuple(sorted(f for f in files if _is_own(f))), reader)
        return _overridden(root, looking.found(), reader)


def _is_of_course(files: frozenset[str]) -> bool:
    modules = (COURSE.settings, COURSE.production, COURSE.application.partition(":")[0])
    paths = (f"{COURSE.sources[0]}/{module.replace('.', '/')}.py" for module in modules)
    return COURSE.manage in files and all(path in files for path in paths)


def _overridden(root: Path, found: Found, reader: Reader) -> Found:
    table = _own_table(root, reader)
    try:
        layout = found.layout.overridden(table)
    except NoLayout as wrong:
        raise SubmissionError(
            f"{FILE}, [layout]: {wrong}", f"Write for example {wrong.example}, or leave it out."
        ) from wrong
    origins = {**found.origins, **dict.fromkeys(table, FILE)}
    unknown = tuple(key for key in found.unknown if key not in table)
    notes = () if "schema" in table else found.notes
    return replace(found, layout=layout, origins=origins, unknown=unknown, notes=notes)


def _own_table(root: Path, reader: Reader) -> Mapping[str, Any]:
    data = _bytes(root / FILE)
    if data is None:
        return {}
    try:
        document = reader.read("toml", data)
    except NotReadable as wrong:
        where = f", line {wrong.line}" if wrong.line else ""
        raise SubmissionError(f"{FILE}{where}: {wrong.text}", "Mend it, or remove it: it is optional.") from wrong
    table = document.get("layout", {})
    if not isinstance(table, dict):
        raise SubmissionError(f"{FILE}: layout is no table", 'Write a line [layout], and below it settings = "…".')
    return table


@dataclass(frozen=True, slots=True)
class _Looking:
    """The files of one project, and the child that reads them."""

    root: Path
    files: tuple[str, ...]
    reader: Reader

    def found(self) -> Found:
        manage = self._manage()
        base = _folder(manage) if manage else ""
        origin, options = self._pytest()
        server = self._server_module()
        startup = self._read("startup", manage) if manage else {}
        deployed = self._read("startup", server) if server else {}
        sources = _texts(options.get("pythonpath")) or ([base] if base else [])
        sources = [s for s in (_within(self.root, source) for source in sources) if s]
        started = startup.get("settings", "") or deployed.get("settings", "")
        values: dict[str, tuple[Any, str]] = {
            "manage": (manage, manage),
            "settings": (options.get("DJANGO_SETTINGS_MODULE") or started, origin if options else manage),
            "production": (deployed.get("settings") or started, server or manage),
            "configuration": (startup.get("configuration") or deployed.get("configuration"), manage or server),
            "sources": (tuple(sources), origin if _texts(options.get("pythonpath")) else manage),
            "tests": (tuple(self._tests(options)), origin or "the names of its files"),
            "runner": (self._runner(options), origin or "the names of its files"),
            "application": (self._application(server, [base, *sources]), server),
            "server": ("uvicorn" if PurePosixPath(server).name == "asgi.py" else "gunicorn", server),
        }
        urls = self._urls(server, [base, *sources])
        values |= {key: (getattr(urls, key), urls.origin or "urls.py") for key in ("schema", "login", "health")}
        found = replace(_built(values), notes=(*_notes(urls), *self._without_migrations()))
        return found if urls.login or self._has_sessions() else replace(found, layout=replace(found.layout, roles=()))

    def _without_migrations(self) -> tuple[str, ...]:
        """A sentence that names the apps with models whose tables no migration makes."""
        apps = [_folder(f) for f in self.files if f.endswith("/models.py") and _MODEL in (_bytes(self.root / f) or b"")]
        bare = [app for app in apps if not any(f.startswith(f"{app}/migrations/") for f in self.files)]
        if not bare:
            return ()
        names, has = ", ".join(map(shown, bare[:3])), "has" if len(bare) == 1 else "have"
        return (f"{names} {has} models and no migrations: no deployment has their tables. Run `makemigrations`.",)

    def _has_sessions(self) -> bool:
        """Whether anybody can be logged in by a session, as far as the texts of settings tell."""
        named = [f for f in self.files if f.endswith(".py") and "settings" in f]
        return not named or any(_SESSIONS in (_bytes(self.root / name) or b"") for name in named)

    def _urls(self, server: str, bases: Sequence[str]) -> Served:
        """What the URL configuration beside the server's module tells, or else the one that lies highest."""
        named = [f for f in self.files if PurePosixPath(f).name == "urls.py"]
        root = min(named, key=lambda f: (_folder(f) != _folder(server), f.count("/"), f), default="")
        if not root:
            return Served()
        return served(root, frozenset(self.files), bases, lambda name: self._read("routes", name))

    def _manage(self) -> str:
        """The manage.py that lies highest; nothing without one."""
        named = [f for f in self.files if PurePosixPath(f).name == "manage.py"]
        return min(named, key=lambda f: (f.count("/"), f), default="")

    def _server_module(self) -> str:
        """wsgi.py before asgi.py, the one that lies highest: one in a package beside urls.py before any other."""
        packages = {_folder(f) for f in self.files if PurePosixPath(f).name == "urls.py"}
        for name in ("wsgi.py", "asgi.py"):
            named = [f for f in self.files if PurePosixPath(f).name == name]
            if named:
                return min(named, key=lambda f: (_folder(f) not in packages, f.count("/"), f))
        return ""

    def _application(self, server: str, bases: Sequence[str]) -> str:
        """``module:application`` as seen from the folder of manage.py, or from another that modules come from."""
        if not server:
            return ""
        base = next((b for b in sorted(bases, key=len, reverse=True) if b and server.startswith(f"{b}/")), "")
        dotted = server.removeprefix(f"{base}/" if base else "").removesuffix(".py").replace("/", ".")
        return f"{dotted}:application"

    def _pytest(self) -> tuple[str, dict[str, Any]]:
        """The file that has pytest's options, and them."""
        for name, kind, path in _PYTEST:
            if name not in self.files:
                continue
            table: Any = self._read(kind, name)
            for key in path:
                table = table.get(key) if isinstance(table, dict) else None
            if isinstance(table, dict):
                return name, table
        return "", {}

    def _tests(self, options: Mapping[str, Any]) -> list[str]:
        """pytest's ``testpaths``; else the folders called tests that lie highest, and test modules beside no such."""
        if paths := _texts(options.get("testpaths")):
            return paths
        folders = {f[: f.index("tests/") + 5] for f in self.files if f.startswith("tests/") or "/tests/" in f}
        outer = {f for f in folders if not any(f.startswith(f"{other}/") for other in folders)}
        modules = {f for f in self.files if _is_test(PurePosixPath(f).name) and not any(f.startswith(o) for o in outer)}
        return sorted(outer | modules)[:10]

    def _runner(self, options: Mapping[str, Any]) -> str:
        uses_pytest = bool(options) or any(PurePosixPath(f).name == "conftest.py" for f in self.files)
        return RUNNERS[0] if uses_pytest else RUNNERS[1]

    def _read(self, kind: Kind, name: str) -> dict[str, Any]:
        """What the document says; nothing where it says nothing that can be read."""
        data = _bytes(self.root / name)
        try:
            found = self.reader.read(kind, data) if data is not None else {}
        except NotReadable:
            return {}
        return found if isinstance(found, dict) else {}


def _built(values: Mapping[str, tuple[Any, str]]) -> Found:
    """A layout from what was found, value by value: what no layout can have is not taken."""
    layout = Layout(sources=(), tests=(), health="", schema="", roles=_ROLES, login="")
    origins: dict[str, str] = {}
    unknown = []
    for key, (value, origin) in values.items():
        try:
            if not value:
                raise NoLayout(key, "", "")
            layout = layout.overridden({key: value})
            origins[key] = origin
        except NoLayout:
            if key in ("manage", "settings", "production", "application"):
                unknown.append(key)
    return Found(layout, origins, tuple(unknown))


def _notes(urls: Served) -> tuple[str, ...]:
    """A sentence where no URL of an OpenAPI document was found: what was, and what to set if there is one."""
    if urls.schema:
        return ()
    what = f"GraphQL is served at {urls.graphql}, and n" if urls.graphql else "N"
    return (f"{what}o URL of an OpenAPI document was found: if there is one, set `schema` in {FILE}, [layout].",)


def _is_own(path: str) -> bool:
    parts = path.split("/")
    return not any(is_made_by_tools(part) or part in _OWN_WORDS for part in parts)


def _is_test(name: str) -> bool:
    return name == "tests.py" or (name.endswith(".py") and (name.startswith("test_") or name.endswith("_test.py")))


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _within(root: Path, folder: str) -> str:
    """A folder of the project, without ``./`` and a slash at its end; nothing for the root, or for what is none."""
    parts = [part for part in folder.split("/") if part not in ("", ".")]
    name = "/".join(parts)
    return name if parts and ".." not in parts and (root / name).is_dir() else ""


def _texts(value: object) -> list[str]:
    """An option of pytest's as a list: a list of texts in TOML, words in an ini file."""
    if isinstance(value, str):
        return value.split()
    return [entry for entry in value if isinstance(entry, str)] if isinstance(value, list) else []


def _bytes(path: Path) -> bytes | None:
    """A plain file of the trusted copy, of at most 1 MiB; ``None`` where there is none."""
    if path.is_symlink() or not path.is_file() or path.stat().st_size > _LARGEST:
        return None
    return path.read_bytes()
