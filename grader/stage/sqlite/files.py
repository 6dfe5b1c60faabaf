"""The SQLite databases of one project: what they begin with, and the running check's own."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from grader.stage.places import EMPTY, Origin, SqliteFile
from grader.stage.sqlite.witness import Folder, Witness

_SHARED = "shared"


@dataclass(slots=True)
class SqliteFiles:
    """Origins are saved as bytes on the trusted side: no check can reach one that another begins with.

    ``folder`` is the agent's, there as long as the agent runs. ``file`` is the name of the running check's own file.
    ``given`` are origins that nobody has to make.
    """

    witness: Witness
    folder: Folder | None = None
    file: str = ""
    given: set[Origin] = field(default_factory=set)
    _saved: dict[Origin, bytes] = field(default_factory=lambda: {EMPTY: b""})
    _save_as: Origin | None = None
    _has_shared: bool = False

    @property
    def open_folder(self) -> Folder:
        """The folder of an agent that runs."""
        assert self.folder is not None
        return self.folder

    def close(self) -> None:
        """Lets the folder go, with its agent."""
        if self.folder is not None:
            self.witness.forget(self.folder)
            self.folder.close()
        self.folder, self._has_shared = None, False

    def new(self) -> SqliteFile:
        """A file that is not there yet."""
        return SqliteFile(f"made_{secrets.token_hex(8)}")

    def save(self, file: SqliteFile, origin: Origin) -> None:
        """Saves what the file holds as an origin. ``AgentFault`` if that is no database at rest."""
        self.witness.settle(self.open_folder, file.name)
        self._saved[origin] = self.open_folder.get(file.name)

    def know(self, origin: Origin, data: bytes) -> None:
        """An origin that was saved by another run, whose project makes the same of it."""
        self._saved[origin] = data
        self.given.add(origin)

    def known(self, origin: Origin) -> bytes:
        """What was saved as that origin; nothing if nothing was."""
        return self._saved.get(origin, b"")

    def save_at_end(self, origin: Origin) -> None:
        """Saves the running check's file as an origin when its process has ended."""
        self._save_as = origin

    def remove(self, file: SqliteFile) -> None:
        """Removes it with what lies beside it, if the agent is still there."""
        if self.folder is not None:
            self.folder.remove(file.name)

    @contextmanager
    def copied(self, origin: Origin, *, shared: bool) -> Iterator[SqliteFile]:
        """A file as a copy of an origin, removed when the block ends; ``shared``: one for all, which stays."""
        self.file = _SHARED if shared else f"check_{secrets.token_hex(8)}"
        if not (shared and self._has_shared):
            self.witness.put(self.open_folder, self.file, self._saved[origin])
        self._has_shared = self._has_shared or shared
        file = SqliteFile(self.file)
        try:
            yield file
            if self._save_as is not None:
                self.save(file, self._save_as)
        finally:
            self._save_as = None
            if not shared:
                self.remove(file)
