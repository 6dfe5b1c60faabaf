"""The store that coordinator and workers share: a folder, or any file system that fsspec knows, such as S3.

Names are relative to the address that it was given, with ``/``. What is written is there whole or not at all.
"""

import hashlib
import os
import stat
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from grader.domain.errors import EnvironmentError_, UsageError_

_PIECE = 1 << 20
# Coordinator and workers may be two users of one group.
_FILE_MODE, _FOLDER_MODE = 0o660, 0o770
_PROBE = "probe"
_MARK = "django-track-store"  # of a folder that is the store itself, and not the empty place that it is mounted at
INSTALL = 'Install it beside the grader: pip install "django-track[celery]"'


class StoreError(EnvironmentError_):
    """The store cannot be reached, or refuses; another try may help."""


class Tampered(Exception):
    """What lies there has other bytes than its name says, or more than there may be."""


class Store:
    """The store at an address: ``/mnt/class``, ``s3://bucket/class``.

    Raises:
        UsageError_: the address names no kind of store that is installed here.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        try:
            from fsspec.core import url_to_fs
            from fsspec.implementations.local import LocalFileSystem
        except ImportError:
            raise UsageError_("the package fsspec is not installed", INSTALL) from None
        try:
            # What others wrote a moment ago has to be seen: no listing is kept.
            self._fs, root = url_to_fs(address, use_listings_cache=False)
        except (ImportError, ValueError) as problem:
            raise UsageError_(
                f"there is no store at {without_password(address)}: {problem}",
                "Name a folder that all machines share, or an address that fsspec knows, such as s3://bucket/class.",
            ) from None
        self.is_local = isinstance(self._fs, LocalFileSystem)
        self._root = str(root).rstrip("/")

    def check(self) -> None:
        """Raises ``StoreError`` unless something can be written, read and removed."""
        name = f"{_PROBE}/{os.urandom(8).hex()}"
        self.put(name, b"probe")
        if self.get(name, 16) != b"probe":
            raise StoreError(f"the store {without_password(self.address)} does not keep what is written to it")
        self.remove([name])

    def mark(self) -> None:
        """Makes this a store, for workers to know it by."""
        self.put(_MARK, b"")

    def refuse_absent(self) -> None:
        """Raises ``StoreError`` unless a coordinator has made this a store: what is missing elsewhere says nothing."""
        if self.get(_MARK, 0) is None:
            raise StoreError(
                f"there is no store of a class at {without_password(self.address)}",
                "See that it is mounted, and that the coordinator was given the same one.",
            )

    def put(self, name: str, data: bytes) -> None:
        """Writes it; what lay there before is gone."""
        with self._told("written to"):
            if self.is_local:
                self._put_here(Path(self._path(name)), data)
            else:
                self._fs.pipe_file(self._path(name), data)

    def put_file(self, name: str, file: Path) -> None:
        """Writes what is in the file, which may be too large for the memory."""
        with self._told("written to"):
            if self.is_local:
                with file.open("rb") as source:
                    self._put_here(Path(self._path(name)), source)
            else:
                self._fs.put_file(str(file), self._path(name))

    def get(self, name: str, largest: int) -> bytes | None:
        """What is there; ``None`` if nothing is. Raises ``Tampered`` if it has more bytes than ``largest``."""
        with self._told("read"):
            try:
                with self._fs.open(self._path(name), "rb") as file:
                    data: bytes = file.read(largest + 1)
            except (FileNotFoundError, NotADirectoryError):
                return None
        if len(data) > largest:
            raise Tampered
        return data

    def fetch(self, name: str, digest: str, into: Path, largest: int) -> bool:
        """Copies it to the file ``into``; false if nothing is there. Raises ``Tampered`` unless its SHA-256 is that."""
        found = hashlib.sha256()
        with self._told("read"):
            try:
                with self._fs.open(self._path(name), "rb") as file, into.open("wb") as target:
                    left = largest
                    while left >= 0 and (piece := file.read(_PIECE)):
                        left -= len(piece)
                        found.update(piece)
                        target.write(piece)
            except (FileNotFoundError, NotADirectoryError):
                return False
        if found.hexdigest() != digest:
            raise Tampered
        return True

    def names(self, below: str) -> frozenset[str]:
        """The names of all that lies below a name, from the root of the store."""
        with self._told("listed"):
            if not self.is_local:
                self._fs.invalidate_cache()
            try:
                found: Iterable[Any] = self._fs.find(self._path(below))
            except (FileNotFoundError, NotADirectoryError):
                return frozenset()
            return frozenset(str(name)[len(self._root) + 1 :] for name in found)

    def remove(self, names: Iterable[str]) -> None:
        """Removes these; what is gone already is no error."""
        with self._told("cleared"):
            for name in names:
                with suppress(FileNotFoundError, NotADirectoryError):
                    self._fs.rm_file(self._path(name))

    def remove_below(self, name: str) -> None:
        """Removes all that lies below a name."""
        with self._told("cleared"), suppress(FileNotFoundError, NotADirectoryError):
            self._fs.rm(self._path(name), recursive=True)

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}"

    def _put_here(self, path: Path, data: bytes | IO[bytes]) -> None:
        _make_folder(path.parent)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        try:
            with os.fdopen(handle, "wb") as file:
                for piece in [data] if isinstance(data, bytes) else iter(lambda: data.read(_PIECE), b""):
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
                os.fchmod(file.fileno(), _FILE_MODE)
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise

    @contextmanager
    def _told(self, doing: str) -> Iterator[None]:
        """Errors of any file system as one of ours: each driver raises others."""
        try:
            yield
        except (StoreError, Tampered):
            raise
        except Exception as problem:
            why = problem.strerror if isinstance(problem, OSError) and problem.strerror else str(problem)
            raise StoreError(
                f"the store {without_password(self.address)} cannot be {doing}: {why or type(problem).__name__}",
                "See that it is there for every machine, and that its rights and its room suffice.",
            ) from None


def _make_folder(folder: Path) -> None:
    """Makes it, and those above it that are missing, for its user and group alone; the group is that of the store."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    with suppress(FileExistsError):  # another was quicker
        folder.mkdir()
        folder.chmod(folder.stat().st_mode & stat.S_ISGID | _FOLDER_MODE)


def without_password(address: str) -> str:
    """The address as it can be shown."""
    scheme, found, rest = address.partition("://")
    if not found:
        return address
    host, _, path = rest.partition("/")
    return f"{scheme}://{host.rpartition('@')[2]}{'/' if path else ''}{path.partition('?')[0]}"
