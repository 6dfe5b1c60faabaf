"""The room of one run: a folder of its own, gone when the run ends, however it ends."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Workspace:
    """Where one run keeps what it makes. Unpredictably named, and not listable by others."""

    path: Path


@contextmanager
def workspace() -> Iterator[Workspace]:
    """A new workspace; it and all in it are deleted on leaving, on Ctrl-C too."""
    path = Path(tempfile.mkdtemp(prefix="track-"))
    # The sandbox's own user has to pass through on the way to the submission, but may not list what is here.
    path.chmod(0o711)
    try:
        yield Workspace(path)
    finally:
        shutil.rmtree(path, ignore_errors=True)
