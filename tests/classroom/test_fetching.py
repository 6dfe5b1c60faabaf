"""Learners' repositories, fetched from bare ones and from a host that wants a token, and taken in at a commit."""

import csv
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from grader.classroom.fetching import INDEX, Fetched, Fetching, Missing
from grader.classroom.index import read_index
from grader.classroom.remotes import TOKEN, remote_git
from grader.classroom.repositories import Remote
from grader.intake import take_in
from tests.classroom.remote_work import PROJECT, Work, host

GRADER = Path(sys.executable).with_name("grader")
SECRET = "github_pat_not_a_real_one"


@pytest.fixture
def work(tmp_path: Path) -> Work:
    return Work(tmp_path / "host" / "02-ada.git")


@pytest.fixture(autouse=True)
def no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(TOKEN, raising=False)


def fetch(folder: Path, *remotes: Remote, before: str = "") -> tuple[tuple[Fetched, ...], tuple[Missing, ...]]:
    return Fetching(folder, datetime.fromisoformat(before) if before else None).fetch(remotes)


def test_the_newest_commit_and_the_newest_before_a_time(work: Work, tmp_path: Path) -> None:
    first = work.commit(PROJECT, at="2026-03-01T23:00:00+01:00")
    second = work.commit(PROJECT | {"late.py": "1\n"}, at="2026-03-02T00:30:00+01:00", parent=first)
    remote = Remote("ada", str(work.path))
    (now,), _ = fetch(tmp_path / "in", remote)
    (then,), _ = fetch(tmp_path / "in", remote, before="2026-03-01T23:59:00+01:00")
    assert (now.commit, now.at, now.is_claim) == (second, "2026-03-01T23:30:00+00:00", True)
    assert (then.commit, then.at) == (first, "2026-03-01T22:00:00+00:00")
    rows = list(csv.DictReader((tmp_path / "in" / INDEX).read_text().splitlines()))
    assert rows == [
        {
            "student": "ada",
            "path": "ada.git",
            "attempt": "1",
            "submitted_at": "2026-03-01T22:00:00+00:00",
            "commit": first,
            "time": "claimed",
        }
    ]
    (given,) = read_index(tmp_path / "in" / INDEX, tmp_path / "in")
    assert (given.path, given.commit) == (tmp_path / "in" / "ada.git", first)


def test_a_commit_that_was_pushed_away_and_the_time_of_the_host(work: Work, tmp_path: Path) -> None:
    first = work.commit(PROJECT)
    work.commit({"manage.py": "other\n"})  # the history was rewritten: no branch leads to the first
    pushed = datetime.fromisoformat("2026-03-01T20:00:00+01:00")
    (found,), missing = fetch(tmp_path / "in", Remote("ada", str(work.path), commit=first, pushed_at=pushed))
    assert missing == ()
    assert (found.commit, found.at, found.is_claim) == (first, "2026-03-01T20:00:00+01:00", False)


def test_a_branch_that_is_named(work: Work, tmp_path: Path) -> None:
    work.commit(PROJECT)
    other = work.commit(PROJECT | {"b.py": "1\n"}, branch="submission")
    (found,), _ = fetch(tmp_path / "in", Remote("ada", str(work.path), branch="submission"))
    assert found.commit == other


def test_what_cannot_be_fetched_is_said_and_stops_nobody(work: Work, tmp_path: Path) -> None:
    work.commit(PROJECT, at="2026-03-05T12:00:00Z")
    empty = Work(tmp_path / "host" / "empty.git")
    fetched, missing = fetch(
        tmp_path / "in",
        Remote("ada", str(work.path)),
        Remote("bo", str(empty.path)),
        Remote("cy", str(tmp_path / "host" / "nowhere.git")),
        Remote("di", str(work.path), branch="none"),
        Remote("ed", str(work.path), commit="0" * 39 + "1"),
        before="2026-03-06T00:00:00+00:00",
    )
    assert [f.student for f in fetched] == ["ada"]
    said = {m.student: m.why for m in missing}
    assert said.pop("cy").endswith("nowhere.git is not there, or the token may not read it")
    assert said == {
        "bo": "the repository has not got a commit",
        "di": "the repository has not got the branch none",
        "ed": "the repository has no commit " + "0" * 39 + "1",
    }
    assert all(m.hint for m in missing)
    _, (late,) = fetch(tmp_path / "in", Remote("ada", str(work.path)), before="2026-03-01T00:00:00+00:00")
    assert late.why == "it has no commit before 2026-03-01T00:00:00+00:00"


def test_a_date_that_no_calendar_has_is_no_date(work: Work, tmp_path: Path) -> None:
    work.commit(PROJECT, at="@99999999999999 +0000")
    (found,), _ = fetch(tmp_path / "in", Remote("ada", str(work.path)))
    assert (found.at, found.is_claim) == ("", False)
    (given,) = read_index(tmp_path / "in" / INDEX, tmp_path / "in")
    assert given.submitted_at is None


def test_only_plain_files_of_a_commit_are_taken_in(work: Work, tmp_path: Path) -> None:
    """What a checkout would follow, fetch, filter or write elsewhere is left out, and each is said."""
    link = f"120000 {work.blob(b'/etc/passwd')}\tsrc/link.py\0".encode()
    submodule = f"160000 {'1' * 40}\tvendored\0".encode()
    newline = f"100644 {work.blob(b'x')}\tsrc/a\n::error::b.py\0".encode()
    program = f"100755 {work.blob(b'#!/bin/sh')}\trun.sh\0".encode()
    huge = f"100644 {work.blob(bytes(21 << 20))}\tsrc/huge.bin\0".encode()
    attributes = f"100644 {work.blob(b'*.py filter=evil' + chr(10).encode())}\t.gitattributes\0".encode()
    modules = f"100644 {work.blob(b'[submodule %s]' % b'x')}\t.gitmodules\0".encode()
    commit = work.commit(PROJECT, more=link + submodule + newline + program + huge + attributes + modules)
    work.git("config", "filter.evil.smudge", f"touch {tmp_path / 'smudged'}")
    (found,), _ = fetch(tmp_path / "in", Remote("ada", str(work.path)))
    taken = take_in(tmp_path / "in" / found.folder, into=tmp_path / "taken", commit=found.commit)
    assert taken.commit == commit
    assert set(taken.files) == {*PROJECT, "run.sh", ".gitattributes", ".gitmodules"}
    assert (taken.root / "manage.py").read_text() == PROJECT["manage.py"]
    assert os.access(taken.root / "run.sh", os.X_OK)
    assert not (tmp_path / "smudged").exists()
    assert not [p for p in taken.root.rglob("*") if p.is_symlink()]
    said = " ".join(taken.notices)
    for word in ("symbolic link", "submodule", "control characters", "larger than 20 MB"):
        assert word in said
    assert all("\n" not in notice for notice in taken.notices)


def test_a_hook_or_a_setting_of_the_host_does_nothing_here(work: Work, tmp_path: Path) -> None:
    work.commit(PROJECT)
    for name in ("post-checkout", "reference-transaction", "pre-push"):
        hook = work.path / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\ntouch {tmp_path / 'hooked'}\n")
        hook.chmod(0o755)
    fetched, _ = fetch(tmp_path / "in", Remote("ada", str(work.path)))
    assert len(fetched) == 1
    assert not (tmp_path / "hooked").exists()


def test_a_repository_past_the_limit_of_size(work: Work, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.classroom.remotes.LARGEST_BYTES", 1 << 20)
    work.commit(PROJECT, more=f"100644 {work.blob(os.urandom(3 << 20))}\tdata.bin\0".encode())
    fetched, (missing,) = fetch(tmp_path / "in", Remote("ada", str(work.path)))
    assert fetched == ()
    assert missing.why == "the repository is larger than 1 GB"


def test_a_token_is_given_to_the_host_that_asks_and_to_no_other(
    work: Work, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = work.commit(PROJECT)
    with host(tmp_path / "host", SECRET) as (address, asked):
        named = Remote("ada", f"{address}/02-ada.git")
        _, (refused,) = fetch(tmp_path / "none", named)
        monkeypatch.setenv(TOKEN, SECRET)
        (found,), _ = fetch(tmp_path / "in", named)
        _, (sent_on,) = fetch(tmp_path / "in", Remote("bo", f"{address}/elsewhere/02-ada.git"))
    assert refused.why.startswith("git said: ")
    assert found.commit == commit
    assert sent_on.why.startswith("git said: ")
    assert not [path for path in asked if path.startswith("/stolen/")]
    kept = b"".join(p.read_bytes() for p in (tmp_path / "in").rglob("*") if p.is_file())
    assert SECRET.encode() not in kept


def test_the_token_is_there_only_where_git_speaks_to_a_host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TOKEN, SECRET)
    monkeypatch.setenv("GIT_DIR", "/nonexistent")
    shown = ("-c", "alias.shown=!printenv", "shown")
    with remote_git(tmp_path) as git:
        assert SECRET not in git.run(*shown).decode()
        assert SECRET in git.run(*shown, with_token=True).decode()
        assert "/nonexistent" not in git.run(*shown).decode()


def run(*words: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(GRADER), *words], capture_output=True, text=True, timeout=120, check=False, env=os.environ | env
    )


def test_the_command(work: Work, tmp_path: Path) -> None:
    work.commit(PROJECT)
    table = tmp_path / "repositories.csv"
    table.write_text(f"identifier,student_repository_url\nada,{work.path}\nbo,{tmp_path / 'none.git'}\n")
    done = run("fetch", str(table), "--out", str(tmp_path / "in"))
    assert done.returncode == 1, done.stderr
    assert "1 of 2 fetched" in done.stdout
    assert "bo: " in done.stderr
    assert "a claim" in done.stderr
    wrong = run("fetch", str(table), "--out", str(tmp_path / "in"), "--before", "tomorrow")
    assert wrong.returncode == 2
    assert "tomorrow is no time with an offset" in wrong.stderr
    assert "Traceback" not in done.stderr + wrong.stderr
