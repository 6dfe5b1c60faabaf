"""What lies in a folder of submissions, whatever it is called, and the mark of its bytes."""

import os
import time
from pathlib import Path

import pytest

from grader.classroom.files import folder_name
from grader.classroom.found import find, mark
from grader.domain.errors import UsageError_
from grader.given.roster import Student
from grader.intake.limits import IntakeLimits


def test_a_submission_is_called_after_its_student(tmp_path: Path) -> None:
    (tmp_path / "ada").mkdir()
    for name in ("bo.zip", "cy.tar.gz", "dan.TGZ", "eve.rar", ".DS_Store", "zoe\u0308.zip", "Work of Fay.zip"):
        (tmp_path / name).touch()
    (tmp_path / "__MACOSX").mkdir()
    (tmp_path / "gus").symlink_to("/etc")
    found = find(tmp_path, [Student("ZO\xcb"), Student("7", submission="work of fay")])
    assert {g.student: g.path.name for g in found} == {
        "7": "Work of Fay.zip",
        "ZO\xcb": "zoe\u0308.zip",
        "ada": "ada",
        "bo": "bo.zip",
        "cy": "cy.tar.gz",
        "dan": "dan.TGZ",
        "eve.rar": "eve.rar",
        "gus": "gus",
    }


def test_a_folder_with_one_archive_in_it_is_that_archive(tmp_path: Path) -> None:
    for name in ("ada/work.zip", "ada/.DS_Store", "ada/._work.zip", "bo/work.zip", "bo/notes.txt", "cy/x/work.zip"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "dan").mkdir()
    (tmp_path / "dan/work.zip").symlink_to(tmp_path / "ada/work.zip")
    assert [str(g.path.relative_to(tmp_path)) for g in find(tmp_path, ())] == ["ada/work.zip", "bo", "cy", "dan"]


def test_hostile_names_are_names(tmp_path: Path) -> None:
    for name in (b"caf\xe9", b"=cmd|x", b"a\nb", b"\x1b[31mred", b"-rf", b" "):
        (tmp_path / os.fsdecode(name)).mkdir()
    names = [g.student for g in find(tmp_path, ())]
    assert names == sorted(["caf\\xe9", "=cmd|x", "a b", "\\x1b[31mred", "-rf", "unnamed"])
    for name in (*names, "../../etc", "a/b", "..", "con.", "Ada", "山田", "x" * 300, "é" * 200, ""):
        folder = folder_name(name)
        assert folder not in ("", ".", "..")
        assert "/" not in folder
        assert len(folder.encode()) < 200
    assert len({folder_name(n) for n in ("Ada", "ada", "ADA", "a/da", "a_da", "a.da")}) == 6
    # Nobody gets another's folder by being called like it.
    odd = ("m\xfcller, x", "a/b", "ada ", "\u0130")
    assert (
        len({folder_name(name) for own in odd for name in (own, folder_name(own), folder_name(folder_name(own)))}) == 12
    )
    assert (folder_name("ada"), folder_name("山田 太郎")) == ("ada", "山田 太郎")


def test_two_of_one_student_are_told_however_they_are_called(tmp_path: Path) -> None:
    for name in ("team-7", "ADA"):
        (tmp_path / name).mkdir()
    with pytest.raises(UsageError_, match=r"1 handed in twice: (ADA and team-7|team-7 and ADA)"):
        find(tmp_path, [Student("ada", submission="Team-7")])


def test_what_is_no_folder_of_submissions(tmp_path: Path) -> None:
    with pytest.raises(UsageError_, match="has no submissions"):
        find(tmp_path, ())
    with pytest.raises(UsageError_, match="cannot be listed: No such file"):
        find(tmp_path / "none", ())
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada.zip").touch()
    with pytest.raises(UsageError_, match=r"handed in twice: ada and ada\.zip"):
        find(tmp_path, ())
    (tmp_path / "ada.zip").rename(tmp_path / "ADA.zip")
    with pytest.raises(UsageError_, match=r"handed in twice: ADA\.zip and ada"):
        find(tmp_path, ())
    (tmp_path / "manage.py").touch()
    with pytest.raises(UsageError_, match="is a project, not a folder of submissions"):
        find(tmp_path, ())


def test_a_mark_changes_with_what_is_graded_and_with_nothing_else(tmp_path: Path) -> None:
    work = tmp_path / "ada"
    (work / "src").mkdir(parents=True)
    (work / "src/a.py").write_text("a = 1\n")
    seen = {mark(work)}
    for change in (
        lambda: (work / "src/a.py").write_text("a = 2\n"),
        lambda: (work / "src/a.py").rename(work / "src/b.py"),
        lambda: (work / "src/b.py").chmod(0o755),
        lambda: (work / "c.py").symlink_to("/etc/passwd"),
    ):
        change()
        seen.add(mark(work))
    assert len(seen) == 5
    now = mark(work)
    os.utime(work / "src/b.py", (1, 1))
    (work / "__pycache__").mkdir()
    (work / "__pycache__/x.pyc").touch()
    (work / ".git").mkdir()
    (work / ".git/index").touch()
    assert mark(work) == now


def test_a_mark_waits_for_nothing_and_reads_no_more_than_is_taken_in(tmp_path: Path) -> None:
    work = tmp_path / "ada"
    work.mkdir()
    os.mkfifo(work / "pipe")
    with (work / "huge").open("wb") as file:
        file.truncate(1 << 40)
    (work / "loop").symlink_to(work)
    began = time.monotonic()
    assert mark(work, IntakeLimits(archive_bytes=1 << 20)) == mark(work, IntakeLimits(archive_bytes=1 << 20))
    assert mark(work / "huge", IntakeLimits(archive_bytes=1 << 20))
    assert mark(tmp_path / "none")
    assert time.monotonic() - began < 2
