"""Files from a zip or tar archive, read member by member and never extracted by the archive's own rules."""

import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from grader.domain.errors import SubmissionError
from grader.intake.names import shown
from grader.intake.store import Store

_PIECE = 1 << 20
_LINK = 0o120000
SUFFIXES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.xz", ".tar.bz2")


def is_archive(path: Path) -> bool:
    """Whether the name says that this is an archive which can be taken in."""
    return path.name.lower().endswith(SUFFIXES)


def from_archive(source: Path, store: Store) -> None:
    """Copy every plain file of the archive into the store. A single folder that holds everything is looked through."""
    try:
        if source.name.lower().endswith(".zip"):
            _from_zip(source, store)
        else:
            _from_tar(source, store)
    except (
        zipfile.BadZipFile,
        tarfile.TarError,
        zlib.error,
        EOFError,
        RuntimeError,
        NotImplementedError,
        OSError,
        ValueError,
    ):
        raise SubmissionError(
            f"{shown(source.name)} is damaged or not such an archive", "Pack it anew, and submit it again."
        ) from None


def _from_zip(source: Path, store: Store) -> None:
    with zipfile.ZipFile(source) as archive:
        members = [m for m in archive.infolist() if not m.is_dir()]
        prefix = _common_folder([m.filename for m in members])
        for member in members:
            path = member.filename.removeprefix(prefix)
            if member.external_attr >> 16 & 0o170000 == _LINK:
                store.notice(f"{shown(path)} was left out: it is a symbolic link.")
            elif _wanted(path, store):
                store.check_size(path, member.file_size)
                with archive.open(member) as file:
                    store.add(path, _pieces(file), executable=bool(member.external_attr >> 16 & 0o100))


def _from_tar(source: Path, store: Store) -> None:
    with tarfile.open(source) as archive:
        members = []
        for member in archive:
            members.append(member)
            if len(members) > store.limits.entries:
                break
        prefix = _common_folder([m.name for m in members if not m.isdir()])
        for member in members:
            path = member.name.removeprefix(prefix)
            if member.isdir():
                continue
            if not member.isreg():
                store.notice(f"{shown(path)} was left out: it is not a plain file.")
            elif _wanted(path, store):
                store.check_size(path, member.size)
                file = archive.extractfile(member)
                if file is not None:
                    store.add(path, _pieces(file), executable=bool(member.mode & 0o100))


def _wanted(path: str, store: Store) -> bool:
    if path.startswith("/") or ".." in path.split("/"):
        store.notice(f"{shown(path)} was left out: it points outside of the archive.")
        return False
    return store.wants(path)


def _common_folder(names: list[str]) -> str:
    """``project/`` where everything lies in that folder and it is not the project itself; else ""."""
    tops = {name.split("/", 1)[0] for name in names}
    if len(tops) != 1 or any("/" not in name for name in names):
        return ""
    top = tops.pop()
    return "" if top in ("src", "..", "") else f"{top}/"


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    while piece := file.read(_PIECE):
        yield piece
