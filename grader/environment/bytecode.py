"""Bytecode of installed packages, compiled once per source and shared by all environments of a cache."""

import hashlib
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import batched
from pathlib import Path
from typing import NamedTuple

import msgspec

_COMPILE_S = 600
_SEEN_AS = "/deps"
_AT_ONCE = 50  # folders
_SUFFIX = f".{sys.implementation.cache_tag}.pyc"


class _Module(NamedTuple):
    """A source file, the name of its bytecode in the store, and where its bytecode belongs."""

    source: str
    name: str
    compiled: str


def add_bytecode(site: Path, store: Path, *, python: str) -> int:
    """Give every module below ``site`` its bytecode, from the ``store`` where it has it; returns how many it had not.

    A module is known by its path, its source and the Python that compiles it, so the bytecode is not checked against
    the source again (``unchecked-hash``). ``python`` must be the grader's own: it reads the sources and imports none.
    """
    names = _Names(site, store)

    def add(part: tuple[tuple[str, list[str]], ...]) -> list[_Module]:
        return [module for folder in part for module in _modules(*folder, names) if not _link(store, module)]

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        missing = [module for part in pool.map(add, batched(_folders(site), _AT_ONCE)) for module in part]
    names.keep()
    if _compile([module.source for module in missing], site, python):
        for module in missing:
            _keep(Path(module.compiled), _place(store, module))
    return len(missing)


def _folders(site: Path) -> Iterator[tuple[str, list[str]]]:
    """Each folder with its modules only: a file whose name cannot be imported needs no bytecode.

    A wheel may bring bytecode that its source does not have, and every environment with that source would get it: it is
    removed here, before any is added.
    """
    for folder, below, files in os.walk(site):
        if "__pycache__" in below:
            shutil.rmtree(f"{folder}/__pycache__")
            below.remove("__pycache__")
        if "__pycache__" in files:
            Path(folder, "__pycache__").unlink()
        if modules := [name for name in files if name.endswith(".py") and name[:-3].isidentifier()]:
            yield folder, modules


def _modules(folder: str, files: list[str], names: "_Names") -> Iterator[_Module]:
    """The modules of a folder, which gets the place for their bytecode."""
    compiled = Path(folder, "__pycache__")
    compiled.mkdir()
    compiled.chmod(0o755)
    for file in files:
        yield _Module(f"{folder}/{file}", names.of(f"{folder}/{file}"), f"{compiled}/{file[:-3]}{_SUFFIX}")


class _Names:
    """What the bytecode of a source is called in the store: a hash, noted with the file that was read for it.

    Environments are links into one folder of wheels, so most files were read before, as the same file: its number, size
    and time of change tell. Those who could change it are the grader alone.
    """

    def __init__(self, site: Path, store: Path) -> None:
        self._root, self._notes = len(str(site)) + 1, store / f"names.{sys.implementation.cache_tag}.json"
        self._known: dict[str, str] = {}
        with suppress(OSError, msgspec.DecodeError):
            self._known = msgspec.json.decode(self._notes.read_bytes(), type=dict[str, str])
        self._new: dict[str, str] = {}

    def of(self, source: str) -> str:
        """The name for a source file."""
        path, facts = source[self._root :], os.lstat(source)
        file = f"{path}\0{facts.st_dev}\0{facts.st_ino}\0{facts.st_size}\0{facts.st_mtime_ns}"
        if (name := self._known.get(file)) is None:
            digest = hashlib.sha256(f"{sys.implementation.cache_tag}\0{path}\0".encode())
            digest.update(Path(source).read_bytes())
            name = self._new[file] = digest.hexdigest()
        return name

    def keep(self) -> None:
        """Note what was read now. Of two that do so at a time one is lost, and reads again the next time."""
        if not self._new:
            return
        self._notes.parent.mkdir(parents=True, exist_ok=True)
        partial = self._notes.with_suffix(f".{secrets.token_hex(4)}")
        partial.write_bytes(msgspec.json.encode(self._known | self._new))
        partial.rename(self._notes)


def _place(store: Path, module: _Module) -> Path:
    return Path(f"{store}/{module.name[:2]}/{module.name[2:]}")


def _link(store: Path, module: _Module) -> bool:
    """Whether the store has it; a link of it is then where it belongs. An empty one says that it does not compile."""
    place = _place(store, module)
    try:
        if place.stat().st_size:
            os.link(place, module.compiled)
    except FileNotFoundError:
        return False
    return True


def _compile(sources: list[str], site: Path, python: str) -> bool:
    """Whether the compiler got to the end: had it been killed, what it did not reach would pass for uncompilable."""
    if not sources:
        return True
    command = [python, "-I", "-S", "-m", "compileall", "-q", "-j", "0", "-i", "-", "-s", str(site), "-p", _SEEN_AS]
    done = subprocess.run(
        [*command, "--invalidation-mode", "unchecked-hash"],
        input="".join(f"{source}\n" for source in sources),
        text=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=_COMPILE_S,
        check=False,  # some packages carry modules for another Python
        cwd="/",
        umask=0o022,
    )
    return done.returncode in (0, 1)


def _keep(compiled: Path, place: Path) -> None:
    """Linked, so that it appears whole or not at all, whoever else keeps the same one now."""
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        if compiled.exists():
            compiled.chmod(0o444)
            os.link(compiled, place)
        else:
            place.touch(exist_ok=False)
    except FileExistsError:
        pass
