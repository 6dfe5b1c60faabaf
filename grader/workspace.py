"""The room of one run: a folder of its own, gone when the run ends, however it ends."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from grader import ending


@dataclass(frozen=True, slots=True)
class Workspace:
    """Where one run keeps what it makes. Unpredictably named, and not listable by others."""

    path: Path


@contextmanager
def workspace() -> Iterator[Workspace]:
    """A new workspace; it and all in it are deleted on leaving, on Ctrl-C too."""
    with ending.room("track-") as path:
        # The sandbox's own user has to pass through on the way to the submission, but may not list what is here.
        path.chmod(0o711)
        yield Workspace(path)
