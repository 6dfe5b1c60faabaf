"""Bytecode of installed packages, compiled once per source and shared by all environments of a cache."""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

_COMPILE_S = 600
_SEEN_AS = "/deps"


def add_bytecode(site: Path, store: Path, *, python: str) -> int:
    """Give every module below ``site`` its bytecode, from the ``store`` where it has it; returns how many it had not.

    A module is known by its path, its source and the Python that compiles it, so the bytecode is not checked against
    the source again (``unchecked-hash``). ``python`` must be the grader's own: it reads the sources and imports none.
    """
    _clear(site)
    sources = list(_sources(site))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        kept = dict(zip(sources, pool.map(lambda source: _kept(source, site, store), sources), strict=True))
    missing = [source for source, place in kept.items() if not _link(place, _compiled(source))]
    if _compile(missing, site, python):
        for source in missing:
            _keep(_compiled(source), kept[source])
    return len(missing)


def _clear(site: Path) -> None:
    """A wheel may bring bytecode that its source does not have, and every environment with that source would get it."""
    for cache in [Path(folder) for folder, _, _ in os.walk(site) if Path(folder).name == "__pycache__"]:
        shutil.rmtree(cache, ignore_errors=True)


def _sources(site: Path) -> Iterator[Path]:
    """Modules only: a name that cannot be imported needs no bytecode."""
    for folder, _, names in os.walk(site):
        for name in names:
            if name.endswith(".py") and name[:-3].isidentifier():
                yield Path(folder, name)


def _kept(source: Path, site: Path, store: Path) -> Path:
    known = hashlib.sha256(f"{sys.implementation.cache_tag}\0{source.relative_to(site)}\0".encode())
    known.update(source.read_bytes())
    name = known.hexdigest()
    return store / name[:2] / name[2:]


def _compiled(source: Path) -> Path:
    return source.parent / "__pycache__" / f"{source.stem}.{sys.implementation.cache_tag}.pyc"


def _link(place: Path, target: Path) -> bool:
    """Whether the store has it; a link of it is then at ``target``. An empty one says that it does not compile."""
    try:
        if place.stat().st_size:
            target.parent.mkdir(exist_ok=True)
            target.parent.chmod(0o755)
            os.link(place, target)
    except FileNotFoundError:
        return False
    return True


def _compile(sources: list[Path], site: Path, python: str) -> bool:
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
