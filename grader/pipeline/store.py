"""The evidence store: what was measured of a submission, kept so that an unchanged one need not be measured again."""

import contextlib
import hashlib
import os
import stat
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from grader.domain.evidence import Evidence
from grader.domain.status import Status
from grader.pipeline.job import Measured, decode, encode

MOST_BYTES = 256 << 20
MOST_ENTRIES = 4000
LARGEST_ENTRY = 32 << 20
_HEX = 64


@dataclass(frozen=True, slots=True)
class EvidenceStore:
    """Evidence by key, in files of ``folder`` that only the grader's own user can read.

    An entry that cannot be read, was altered, lies under another key, or could have been written by anybody else
    counts as none. What was not used for longest goes when there is too much.
    """

    folder: Path

    def get(self, key: str) -> Measured | None:
        """What was kept under that key, marked as reused; ``None`` if nothing was, or it cannot be read."""
        path = self._path(key)
        try:
            found = decode(Measured, _unsealed(key, _read(path)))
            os.utime(path)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, msgspec.MsgspecError, RecursionError):
            with contextlib.suppress(OSError):
                path.unlink()
            return None
        return replace(found, provenance=replace(found.provenance, reused=True))

    def put(self, key: str, measured: Measured) -> None:
        """Keeps it, whole or not at all. What cannot be kept is not: a grading does not end because of it."""
        path = self._path(key)
        with contextlib.suppress(OSError, UnicodeEncodeError):  # half a character, as in a name that is no text
            data = _sealed(key, encode(measured))
            if len(data) > LARGEST_ENTRY:
                return
            for folder in (self.folder, path.parent):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
                try:
                    file.write(data)
                    file.flush()
                    Path(file.name).replace(path)
                except OSError:
                    Path(file.name).unlink(missing_ok=True)
                    raise
            self._evict()

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key}.json"

    def _evict(self) -> None:
        entries = []
        for path in self.folder.glob("*/*"):
            with contextlib.suppress(OSError):  # another grading may have taken it away
                entries.append((path.stat().st_mtime_ns, path.stat().st_size, path))
        entries.sort(reverse=True)
        size = 0
        for number, (_, taken, path) in enumerate(entries):
            size += taken
            if number >= MOST_ENTRIES or size > MOST_BYTES:
                with contextlib.suppress(OSError):
                    path.unlink()


def _sealed(key: str, data: bytes) -> bytes:
    """With a line before it by which an altered entry, and one of another key, is noticed."""
    return hashlib.sha256(key.encode() + data).hexdigest().encode() + b"\n" + data


def _unsealed(key: str, entry: bytes) -> bytes:
    data = entry[_HEX + 1 :]
    if _sealed(key, data) != entry:
        raise ValueError("it is not what was put under this key")
    return data


def _read(path: Path) -> bytes:
    """Of a plain file that nobody but this process's user can write: the cache may lie where others have a say."""
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
        facts = os.fstat(file.fileno())
        own = facts.st_uid == os.geteuid() and not facts.st_mode & 0o022
        if not stat.S_ISREG(facts.st_mode) or not own or facts.st_size > LARGEST_ENTRY:
            raise ValueError("it is no entry of ours")
        return file.read()


def can_be_kept(evidence: Evidence) -> bool:
    """Whether it says the same tomorrow: measured whole, isolated and within limits. An error of ours is never kept."""
    seen = [o.status for o in evidence.observations] + [m.status for m in evidence.measurements]
    return Status.ERRORED not in seen and evidence.isolated and not evidence.unlimited and bool(seen)
