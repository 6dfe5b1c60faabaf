"""What a project serves where, as far as the texts of its URL configuration tell."""

import posixpath
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_MOST_MODULES = 60
_DEEPEST = 6
_SCHEMA_VIEWS = frozenset({"SpectacularAPIView", "SpectacularJSONAPIView", "SpectacularYAMLAPIView"})
_SCHEMA_MAKERS = frozenset({"get_schema_view"})
_TOKENS = frozenset({"TokenObtainPairView", "TokenObtainSlidingView"})
_GRAPHQL = frozenset({"GraphQLView", "AsyncGraphQLView", "FileUploadGraphQLView"})
_HEALTH = frozenset({"healthz", "health", "healthcheck", "livez", "readyz"})


@dataclass(frozen=True, slots=True)
class Served:
    """Paths of URLs, each ``""`` where none is known, and the file that names the one of the document."""

    schema: str = ""
    login: str = ""
    health: str = ""
    graphql: str = ""
    origin: str = ""


@dataclass(slots=True)
class _Seen:
    found: dict[str, str] = field(default_factory=dict)
    origin: str = ""
    modules: int = 0


def served(root: str, files: frozenset[str], bases: Sequence[str], read: Callable[[str], Mapping[str, Any]]) -> Served:
    """What the URLs of the module at the path ``root`` lead to, through those that it includes.

    ``bases`` are folders that modules are imported from; ``read`` gives what ``routes`` of the reader says of a file.
    """
    looking = _Urls(files, (*bases, ""), read, _Seen())
    looking.follow(root, "/", 0)
    found = looking.seen.found
    return Served(
        **{key: found.get(key, "") for key in ("schema", "login", "health", "graphql")}, origin=looking.seen.origin
    )


@dataclass(frozen=True, slots=True)
class _Urls:
    files: frozenset[str]
    bases: tuple[str, ...]
    read: Callable[[str], Mapping[str, Any]]
    seen: _Seen

    def follow(self, file: str, prefix: str, depth: int) -> None:
        """Takes what a module names, below an address, and goes on in what it includes."""
        self.seen.modules += 1
        if depth > _DEEPEST or self.seen.modules > _MOST_MODULES:
            return
        said = self.read(file)
        for route in _dicts(said.get("routes")):
            address = prefix + _plain(str(route.get("path", "")))
            if "<" in address:
                continue
            if included := str(route.get("include", "")):
                if (inner := self._file(included, file)) is not None:
                    self.follow(inner, address, depth + 1)
            else:
                self._take(file, said, address, str(route.get("view", "")))

    def _take(self, file: str, said: Mapping[str, Any], address: str, view: str) -> None:
        made = str(_dict(said.get("calls")).get(view, ""))
        for key, is_it in (
            ("schema", view in _SCHEMA_VIEWS or made in _SCHEMA_MAKERS),
            ("login", view in _TOKENS),
            ("graphql", view in _GRAPHQL),
            ("health", address.rstrip("/").rpartition("/")[2] in _HEALTH),
        ):
            if is_it:
                self._found(key, address, file)
        if (document := self._document(file, said, view)) is not None:
            self._found("schema", f"{address.rstrip('/')}/{document.lstrip('/')}", file)

    def _found(self, key: str, address: str, file: str) -> None:
        if key not in self.seen.found:
            self.seen.found[key] = address
            self.seen.origin = file if key == "schema" else self.seen.origin

    def _document(self, file: str, said: Mapping[str, Any], name: str) -> str | None:
        """Where an API object of that name serves its document, whichever module makes it."""
        documents = _dict(said.get("documents"))
        if name not in documents:
            module = _dict(said.get("imports")).get(name)
            source = self._file(module, file) if isinstance(module, str) and module else None
            documents = _dict(self.read(source).get("documents")) if source else {}
        found = documents.get(name)
        return found if isinstance(found, str) else None

    def _file(self, module: str, beside: str) -> str | None:
        """The file of a module of the project's; ``None`` for any other."""
        if module.startswith("."):
            folder = posixpath.dirname(beside)
            for _ in range(len(module) - len(module.lstrip(".")) - 1):
                folder = posixpath.dirname(folder)
            places = [posixpath.join(folder, module.lstrip(".").replace(".", "/"))]
        else:
            places = [posixpath.join(base, module.replace(".", "/")) for base in self.bases]
        return next((path for path in _candidates(places) if path in self.files), None)


def _candidates(places: Sequence[str]) -> Iterator[str]:
    for place in places:
        yield from (f"{place}.py", f"{place}/__init__.py")


def _plain(path: str) -> str:
    """A path without the marks of a pattern; one with groups is not plain, and nobody can ask it."""
    path = path.removeprefix("^").removesuffix("$").replace("\\.", ".").replace("/?", "/")
    return f"<{path}" if any(c in path for c in "()[]*+?\\|") else path.lstrip("/")


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
