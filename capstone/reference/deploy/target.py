# FILE SOLUTION 06
"""The folder that is deployed to: releases, and a link to the one that serves.

TARGET/releases/VERSION/   the project's files, and release.json
TARGET/current             -> releases/VERSION
TARGET/logs/               what the processes say, by version and process
TARGET/undone/             rows of tables and columns that a rollback took away
"""

import json
import os
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from deploy.errors import UsageError

VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
RECORD = "release.json"
# What a release does not need, or what belongs to the machine on which it was made.
LEFT_OUT = shutil.ignore_patterns(
    ".git",
    ".venv",
    ".env",
    "__pycache__",
    "*.sqlite3",
    ".*_cache",
    "staticfiles",
    "htmlcov",
)


@dataclass(frozen=True, slots=True)
class Target:
    """The folder at `root`, an absolute path."""

    root: Path

    @classmethod
    def at(cls, folder: Path) -> "Target":
        """The target of that name, which need not be there."""
        return cls(folder.resolve())

    def make(self) -> None:
        """Make its folders where they are not there yet. Raises UsageError where it cannot be."""
        try:
            for name in ("releases", "logs", "undone"):
                (self.root / name).mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as wrong:
            raise UsageError(
                f"{self.root} cannot be a target: {wrong.strerror}."
            ) from None

    def release(self, version: str) -> Path:
        """Where the files of a version are. Raises UsageError where that is no name of one."""
        if not VERSION.fullmatch(version):
            raise UsageError(
                f"{version!r} is no version: letters, digits, '.', '_' and '-', as in v1.4.2."
            )
        return self.root / "releases" / version

    @property
    def current(self) -> str | None:
        """The version that serves, or shall after a restart."""
        link = self.root / "current"
        return link.readlink().name if link.is_symlink() else None

    def make_current(self, version: str) -> None:
        """Let the link name this version: at no moment does it name none."""
        new = self.root / ".current"
        new.unlink(missing_ok=True)
        new.symlink_to(Path("releases") / version)
        os.replace(new, self.root / "current")

    def replaced_by(self, version: str) -> str | None:
        """The version that served before this one was released."""
        record = json.loads((self.release(version) / RECORD).read_text("utf-8"))
        replaced: str | None = record["replaces"]
        return replaced

    def add(self, version: str, source: Path) -> Path:
        """Copy a project. Raises UsageError where there is none, or the version was there."""
        place = self.release(version)
        if place.exists():
            raise UsageError(f"{version} was released here before: give it a new name.")
        if not (source / "manage.py").is_file():
            raise UsageError(f"{source} is no project: there is no manage.py in it.")
        partial = place.with_name(f".{version}")
        shutil.rmtree(partial, ignore_errors=True)
        shutil.copytree(source, partial, ignore=LEFT_OUT, symlinks=True)
        record = {"version": version, "replaces": self.current}
        (partial / RECORD).write_text(json.dumps(record) + "\n", "utf-8")
        partial.rename(place)
        return place

    def forget(self, version: str) -> None:
        """Remove a release that never served."""
        place = self.release(version)
        gone = place.with_name(f".{version}.gone")
        shutil.rmtree(gone, ignore_errors=True)
        if place.exists():
            place.rename(
                gone
            )  # so that its name is free, whatever is still written there
        shutil.rmtree(gone, ignore_errors=True)


def environment(release: Path, **more: str) -> dict[str, str]:
    """The variables of a process of a release: ours, and where its code is."""
    path = os.pathsep.join([str(release / "src"), str(release / "src" / "apps")])
    given = {"DJANGO_SETTINGS_MODULE": "config.settings.production", **os.environ}
    return {**given, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1", **more}


def python(release: Path) -> str:
    """The Python of a release: its own environment, if it has one, or ours."""
    own = release / ".venv" / "bin" / "python"
    return str(own) if own.is_file() else sys.executable
