"""Scripts of the submission as an operator runs them, and what they leave: files in a folder, and databases."""

import hashlib
import os
import stat
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from grader.checkpoint.kit.commands import CommandOutput
from grader.domain.words import bounded
from grader.sandbox.api import Process
from grader.stage import operator as stage_operator
from grader.stage.outcome import Failed, Late

WITHIN_S = 120.0
_LARGEST = 64 << 20
_MOST_BYTES, _MOST_FILES = 256 << 20, 1_000
_LOOK_S = 0.25


@dataclass(frozen=True)
class KeptFile:
    """A file that a script has left: where scripts see it, its permissions (``0o600``), size in bytes and SHA-256."""

    path: str
    mode: int
    size: int
    sha256: str
    text: str


class Operator:
    """``sh("scripts/backup.sh")``; ``files()``; ``databases()``; ``count(database, table)``."""

    def __init__(self, operator: stage_operator.Operator) -> None:
        self._operator = operator

    @property
    def folder(self) -> str:
        """`BACKUP_DIR`, which is not there at the start."""
        return self._operator.env["BACKUP_DIR"]

    def sh(self, *argv: str, env: dict[str, str] | None = None, within_s: float = WITHIN_S) -> CommandOutput:
        """`sh` with these arguments in the root of the project; fails the check if it has not ended by then."""
        process, ends = self._operator.run(*argv, env=env or {}), time.monotonic() + within_s
        try:
            while (code := _ended(process)) is None:
                self._refuse_floods()
                if time.monotonic() > ends:
                    raise Late(f"`sh {' '.join(argv)}` ended within {within_s:g} s", "it still runs")
        finally:
            self._operator.kill(process)
        return CommandOutput(code, process.output().decode("utf-8", "replace"))

    def _refuse_floods(self) -> None:
        """The folder lies on the disk of whoever grades, and no limit of the sandbox holds for all of its files."""
        left = _MOST_BYTES
        for count, path in enumerate(self._operator.folder.rglob("*"), 1):
            with suppress(OSError):
                left -= path.lstat().st_blocks * 512
            if left < 0 or count > _MOST_FILES:
                raise Failed(f"at most {_MOST_FILES} files and {_MOST_BYTES >> 20} MB in BACKUP_DIR", "more of them")

    def files(self) -> dict[str, KeptFile]:
        """What lies in the folder now, by the path that scripts have it by: regular files alone, links are none."""
        found = {}
        self._refuse_floods()
        for path in sorted(self._operator.folder.rglob("*")):
            inside = str(PurePosixPath(stage_operator.FOLDER) / path.relative_to(self._operator.folder))
            if (data := _read(path)) is not None:
                mode, content = data
                digest = hashlib.sha256(content).hexdigest()
                text = bounded(content[:4096].decode("utf-8", "replace"), 4096)
                found[inside] = KeptFile(inside, mode, len(content), digest, text)
        return found

    def lengthen(self, path: str) -> None:
        """Adds a byte to the end of a file, which programs that read only what they need do not notice."""
        file = self._operator.folder / PurePosixPath(path).relative_to(stage_operator.FOLDER)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW), "wb") as opened:
            opened.write(b"\n")

    def databases(self) -> list[str]:
        """The databases that scripts have made."""
        return self._operator.made()

    def count(self, table: str, *, database: str = "") -> int:
        """How many rows a table has, in a database that a script has made or else in the one of the application."""
        if database and database not in self._operator.made():
            raise Failed(f"a database {database}", "there is none")
        return self._operator.count(database or self._operator.database, table)


def _ended(process: Process) -> int | None:
    try:
        return process.wait(_LOOK_S)
    except TimeoutError:
        return None


def _read(path: Path) -> tuple[int, bytes] | None:
    """Permissions and content; ``None`` for what is no regular file."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        return None
    with os.fdopen(descriptor, "rb") as opened:
        if status.st_size > _LARGEST:
            raise Failed(f"files of at most {_LARGEST >> 20} MB in the folder of backups", "a larger one")
        return stat.S_IMODE(status.st_mode), opened.read(_LARGEST)
