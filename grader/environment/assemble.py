"""Puts an environment together: links of the wheels that were unpacked before, and of those fetched now."""

import os
import shutil
from contextlib import ExitStack
from pathlib import Path

from grader.environment.choose import pinned
from grader.environment.collect import collect
from grader.environment.evict import evict
from grader.environment.faults import NotInstallable
from grader.environment.limits import MOST_SITE_BYTES, MOST_SITE_FILES
from grader.environment.pin import put_aside, seal
from grader.environment.wheels import CACHE, Manifest, Wheels, bytecode_of, manifest_of
from grader.sandbox.api import Kind


def assemble(requirements: str, folder: Path, kind: Kind) -> None:
    """Makes the environment in a folder beside and renames it: an interrupted build leaves nothing that looks finished.

    The one builder of this environment finds the room that an interrupted one left, and clears it. Raises as
    ``install.installed``.
    """
    room, wheels = folder.with_name(f".build-{folder.name}"), Wheels(folder.parent / "unpacked")
    shutil.rmtree(room, ignore_errors=True)
    wanted = pinned(requirements)
    try:
        with ExitStack() as stack:
            places = wheels.hold(wanted, stack)
            while missing := tuple(one for one in wanted if one not in places):
                collect(missing, wheels, cache=folder.parent, kind=kind)
                places |= wheels.hold(missing, stack)  # unless another build has evicted it at once
            seal(room, _linked({one.name: places[one] for one in wanted}, room / "site"))
        put_aside(folder)
        room.rename(folder)
    finally:
        shutil.rmtree(room, ignore_errors=True)
    evict(folder.parent)


def _linked(wheels: dict[str, Path], site: Path) -> list[str]:
    """Links all wheels into ``site``, and gives the folders there are then. Of two files of one name the first counts.

    ``NotInstallable`` if they take too much together, or where a file of one is a folder of another.
    """
    manifests = {name: manifest_of(place) for name, place in wheels.items()}
    _check_sizes(list(manifests.values()))
    _make(site.parent)
    _make(site)
    folders: dict[str, str] = {}
    files: dict[str, str] = {}
    for name, manifest in manifests.items():
        for folder in manifest.folders:
            if folder not in folders:
                _check_kind(folder, name, files)
                folders[folder] = name
                _make(site / folder)
        for file in manifest.files:
            if file not in files:
                _check_kind(file, name, folders)
                files[file] = name
                _link(file, wheels[name] / "site", site, compiled=file in manifest.compiled)
    return [folder for folder in folders if not folder.endswith(CACHE)]


def _make(folder: Path) -> None:
    """A folder that the sandbox's own user may read, whatever the umask."""
    folder.mkdir()
    folder.chmod(0o755)


def _link(file: str, source: Path, site: Path, *, compiled: bool) -> None:
    """A file, and the bytecode that was made of it: never that of another wheel's file."""
    os.link(f"{source}/{file}", f"{site}/{file}")
    if compiled:
        bytecode = bytecode_of(file)
        os.link(f"{source}/{bytecode}", f"{site}/{bytecode}")


def _check_kind(path: str, name: str, others: dict[str, str]) -> None:
    if path in others:
        raise NotInstallable(f"{path[:80]!r} is a file of one of {name} and {others[path]}, and a folder of the other")


def _check_sizes(manifests: list[Manifest]) -> None:
    size, count = sum(one.size for one in manifests), sum(len(one.files) for one in manifests)
    if size > MOST_SITE_BYTES:
        raise NotInstallable(f"the packages take {size >> 20:,} MB installed, more than {MOST_SITE_BYTES >> 20:,} MB")
    if count > MOST_SITE_FILES:
        raise NotInstallable(f"the packages have {count:,} files, more than {MOST_SITE_FILES:,}")
