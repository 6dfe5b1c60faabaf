"""Directories of a run: theirs alone, and swept once their grader is gone."""

import os
from pathlib import Path

import pytest

from grader.sandbox.rundir import RunDir, sweep


def test_it_is_ours_alone_and_goes() -> None:
    directory = RunDir()
    assert directory.path.stat().st_mode & 0o777 == 0o700
    assert len(str(directory.path)) < 40
    directory.close()
    directory.close()
    assert not directory.path.exists()


def test_one_in_use_is_not_swept() -> None:
    directory = RunDir()
    assert not sweep(directory.path, settled_s=0)
    assert directory.path.exists()
    directory.close()


def test_one_left_behind_is_swept() -> None:
    directory = RunDir()
    (directory.path / "file").write_text("x")
    os.close(directory._lock)  # as the kernel does when the grader is killed
    directory._lock = -1
    assert not sweep(directory.path)
    assert sweep(directory.path, settled_s=0)
    assert not directory.path.exists()


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(OSError, match="link"):
        sweep(tmp_path / "link", settled_s=0)
    assert (tmp_path / "real").exists()
