"""What scripts of a submission leave in a folder, as the grader reads it; and scripts that leave too much."""

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from grader.checkpoint.kit import operator
from grader.checkpoint.kit.operator import Operator
from grader.stage.outcome import Failed, Late


class Script:
    """A process that writes a file each time that it is waited for, and ends after so many."""

    def __init__(self, folder: Path, files: int) -> None:
        self.folder, self.left, self.killed = folder, files, False

    def wait(self, timeout_s: float) -> int:
        if not self.left:
            return 3
        self.left -= 1
        (self.folder / f"{self.left}.dump").write_bytes(b"x" * 10_000)
        raise TimeoutError

    def output(self) -> bytes:
        return b"said \xff"


def made(folder: Path, script: Script | None = None) -> Operator:
    def kill(process: Any) -> None:
        process.killed = True

    stage = SimpleNamespace(folder=folder, env={"BACKUP_DIR": "/backups/all"}, run=lambda *_, **__: script, kill=kill)
    return Operator(cast(Any, stage))


def test_only_regular_files_are_read(tmp_path: Path) -> None:
    (tmp_path / "all").mkdir()
    (tmp_path / "all/one.dump").write_bytes(b"\xff1")
    (tmp_path / "all/one.dump").chmod(0o640)
    (tmp_path / "all/link").symlink_to("/etc/passwd")
    (tmp_path / "folder").symlink_to("/etc")
    os.mkfifo(tmp_path / "all/pipe")
    found = made(tmp_path).files()
    assert list(found) == ["/backups/all/one.dump"]
    one = found["/backups/all/one.dump"]
    assert (one.mode, one.size, one.text) == (0o640, 2, "\ufffd1")


def test_a_byte_is_added_to_no_file_behind_a_link(tmp_path: Path) -> None:
    (tmp_path / "one").write_bytes(b"1")
    (tmp_path / "link").symlink_to("one")
    made(tmp_path).lengthen("/backups/one")
    assert (tmp_path / "one").read_bytes() == b"1\n"
    with pytest.raises(OSError, match="symbolic links"):
        made(tmp_path).lengthen("/backups/link")


def test_a_script_that_ends(tmp_path: Path) -> None:
    script = Script(tmp_path, 3)
    ran = made(tmp_path, script).sh("scripts/backup.sh")
    assert (ran.code, ran.out, script.killed) == (3, "said \ufffd", True)


def test_a_script_that_goes_on_is_late(tmp_path: Path) -> None:
    script = Script(tmp_path, 1000)
    with pytest.raises(Late, match="it still runs"):
        made(tmp_path, script).sh("scripts/backup.sh", within_s=0.0)
    assert script.killed


@pytest.mark.parametrize(("name", "most"), [("_MOST_FILES", 5), ("_MOST_BYTES", 50_000)])
def test_a_script_that_fills_the_disk_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, most: int
) -> None:
    monkeypatch.setattr(operator, name, most)
    script = Script(tmp_path, 1000)
    with pytest.raises(Failed, match="more of them"):
        made(tmp_path, script).sh("scripts/backup.sh")
    assert script.killed
    assert script.left > 980
    with pytest.raises(Failed, match="more of them"):
        made(tmp_path).files()
