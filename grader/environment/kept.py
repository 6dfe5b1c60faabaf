"""Locks that were read before, kept by what they were read from: most of a class hands in the same one."""

import hashlib
import platform
import secrets
from contextlib import suppress
from pathlib import Path

import msgspec
import packaging

import grader.reader
from grader.environment.locked import LARGEST_BYTES, Lock

_READERS = (
    *(Path(grader.reader.__file__).parent / name for name in ("documents.py", "locks.py")),
    Path(__file__).with_name("lock.py"),
)


def kept_lock(folder: Path, kept: Path) -> Lock:
    """``read_lock`` of the project in ``folder``, from ``kept`` where the same files were read by the same reader.

    Only a lock without problems is kept, so what is wrong with a lock is always found anew. A file in ``kept`` that
    cannot be read or written costs time and changes nothing.
    """
    if (key := _key(folder)) is None:
        return _read(folder)
    place = kept / key
    if found := _found(place):
        return found
    lock = _read(folder)
    if not lock.problems:
        with suppress(OSError):
            _keep(lock, place)
    return lock


def _read(folder: Path) -> Lock:
    from grader.environment.lock import read_lock  # it starts a process, for a lock not seen before

    return read_lock(folder)


def _key(folder: Path) -> str | None:
    """SHA-256 over the two files and all that reading them depends on; ``None`` where they cannot be read."""
    digest = hashlib.sha256(f"{platform.python_version()} {packaging.__version__}".encode())
    try:
        for path in (*_READERS, folder / "pyproject.toml", folder / "poetry.lock"):
            if path.stat().st_size > LARGEST_BYTES:
                return None
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    except OSError:
        return None
    return digest.hexdigest()


def _found(place: Path) -> Lock | None:
    """The lock kept there, if it is what was once written."""
    try:
        digest, _, data = place.read_bytes().partition(b"\n")
        return msgspec.json.decode(data, type=Lock) if digest == _digest(data) else None
    except (OSError, msgspec.DecodeError):
        return None


def _digest(data: bytes) -> bytes:
    return hashlib.sha256(data).hexdigest().encode()


def _keep(lock: Lock, place: Path) -> None:
    """Renamed into place, so that it is there whole or not at all, whoever else keeps the same one now."""
    data = msgspec.json.encode(lock)
    place.parent.mkdir(parents=True, exist_ok=True)
    partial = place.with_suffix(f".{secrets.token_hex(4)}")
    try:
        partial.write_bytes(_digest(data) + b"\n" + data)
        partial.rename(place)
    finally:
        partial.unlink(missing_ok=True)
