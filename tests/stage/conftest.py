"""A witness, and files that it looks at."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader.sandbox.select import open_sandbox
from grader.stage.database import Database
from grader.stage.sqlite.witness import Folder, Witness, witnessed_statements


@pytest.fixture(scope="module")
def witness(state_dir: Path) -> Iterator[Witness]:
    sandbox = open_sandbox("auto", state_dir=state_dir)
    one = Witness(sandbox)
    yield one
    one.stop()
    sandbox.close()


@pytest.fixture
def room(tmp_path: Path, witness: Witness) -> Path:
    """A folder that belongs to the sandbox's user, as an agent's does."""
    folder = Path(os.path.realpath(tmp_path)) / "agent"
    folder.mkdir()
    if os.geteuid() == 0:
        os.chown(folder, witness.sandbox.uid, witness.sandbox.uid)
    return folder


@pytest.fixture
def opened(room: Path, witness: Witness) -> Iterator[Callable[..., Database]]:
    """``opened(statement, …)`` writes them into a file, and gives the observer of it."""
    folder = Folder(os.open(room, os.O_RDONLY | os.O_DIRECTORY))

    def write(*statements: str) -> Database:
        with sqlite3.connect(room / "a.sqlite3", autocommit=True) as base:
            for statement in statements:
                base.execute(statement)
        base.close()
        return observer()

    def observer() -> Database:
        for path in room.iterdir():
            if os.geteuid() == 0 and path.is_file() and not path.is_symlink():
                os.chown(path, witness.sandbox.uid, witness.sandbox.uid)
        return Database(witnessed_statements(witness, lambda: (folder, "a"), lambda: None), "sqlite")

    write.observer = observer  # type: ignore[attr-defined]
    write.folder = folder  # type: ignore[attr-defined]
    yield write
    witness.forget(folder)
    folder.close()
