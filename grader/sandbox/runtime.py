"""Which Python runs inside, and the little of the host's system that it needs."""

import sys
import sysconfig
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from grader.domain.errors import SandboxError
from grader.sandbox.api import Mount

HOME = "/rt/py"
INSIDE_UID = 1000
_ETC = {
    "passwd": f"root:x:0:0::/:/bin/false\nlearner:x:{INSIDE_UID}:{INSIDE_UID}::/tmp:/bin/false\n",
    "group": f"root:x:0:\nlearner:x:{INSIDE_UID}:\n",
    "hosts": "127.0.0.1 localhost\n::1 localhost\n127.0.0.1 sandbox\n",
    "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
}
_SYSTEM = Path("/usr")
_LIBRARIES = ("/usr/lib", "/usr/lib64", "/usr/lib32", "/usr/share/zoneinfo")
_OUTSIDE_USR = ("/lib", "/lib64", "/lib32", "/bin", "/sbin")


@dataclass(frozen=True, slots=True)
class Runtime:
    """The Python of the sandbox: the program and its prefix inside, and what is bound for it as (source, target)."""

    python: str
    prefix: str
    binds: tuple[tuple[Path, str], ...]
    links: tuple[tuple[str, str], ...]


def current() -> Runtime:
    """The Python that this process runs on (not its virtual environment), as the sandbox will see it.

    Of one below /usr its own parts are bound where they are, and nothing beside them; any other is bound at /rt/py.
    """
    base = Path(sys.base_prefix).resolve()
    program = Path("bin") / f"python{sysconfig.get_python_version()}"
    binds, links = _system(whole=False)
    if base.is_relative_to(_SYSTEM):
        seen = [source for source, _ in binds]
        parts = [part for part in _parts(base, program) if not any(part.is_relative_to(place) for place in seen)]
        return Runtime(str(base / program), str(base), (*binds, *((part, str(part)) for part in parts)), links)
    return Runtime(f"{HOME}/{program}", HOME, (*binds, (base, HOME)), links)


def _parts(base: Path, program: Path) -> list[Path]:
    """What a Python consists of: the program, its standard library, and the shared library that it is linked with."""
    version = sysconfig.get_python_version()
    parts = [base / program]
    for folder in ("lib", "lib64"):
        parts += [base / folder / f"python{version}", *sorted((base / folder).glob(f"libpython{version}*.so*"))]
    return [part for part in parts if part.exists()]


def refuse_exposed(paths: Iterable[Path]) -> None:
    """``SandboxError`` if one of these, which no submission may read, lies where every sandbox can read."""
    bound = [source.resolve() for source, _ in current().binds]
    for path in paths:
        for place in bound:
            if path.resolve().is_relative_to(place):
                raise SandboxError(
                    f"{path} lies in {place}, which every submission can read while it is graded.",
                    "Move it out of there, for example to /srv or to a home directory.",
                )


def write_etc(directory: Path) -> Path:
    """Makes the small /etc of the sandbox: users, and ``localhost`` without asking a name server."""
    directory.mkdir(mode=0o755)
    for name, text in _ETC.items():
        (directory / name).write_text(text)
    return directory


def system(*, whole: bool) -> Runtime:
    """A runtime without Python, for services: the host's libraries, or its ``whole`` /usr."""
    return Runtime("", "", *_system(whole=whole))


def _system(*, whole: bool) -> tuple[tuple[tuple[Path, str], ...], tuple[tuple[str, str], ...]]:
    """The binds of the host's libraries and the links that lead to them, as this distribution lays them out."""
    usr = ("/usr",) if whole else _LIBRARIES
    outside = [Path(path) for path in _OUTSIDE_USR if Path(path).exists()]
    binds = [(Path(path), path) for path in usr if Path(path).exists()]
    binds += [(path, str(path)) for path in outside if not path.is_symlink() and (whole or path.name.startswith("lib"))]
    links = [(str(path.readlink()), str(path)) for path in outside if path.is_symlink()]
    return tuple(binds), tuple(links)


def shell() -> tuple[Mount, ...]:
    """The mounts that give a sandbox a shell and the programs of the base system, for a tool that cannot do without."""
    place = Path("/usr/bin") if Path("/bin").is_symlink() else Path("/bin")
    return (Mount(place, str(place)),)
