import hashlib
import os
import shutil
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.domain.errors import EnvironmentError_, SubmissionError
from grader.intake import Submission
from grader.intake.commit import _configuration
from grader.intake.refs import copy_refs
from grader.intake.repository import find_repository
from tests.intake.conftest import FILES, content

Take = Callable[..., Submission]
Git = Callable[..., str]


def test_a_commit_is_the_same_submission_as_its_folder(project: Path, take: Take, git: Git) -> None:
    taken = take(project, commit="HEAD")
    assert content(taken) == FILES
    assert taken.commit == git("rev-parse", "HEAD")
    assert taken.tree_hash == take(project).tree_hash


def test_takes_what_is_committed_and_not_what_lies_there(project: Path, take: Take, git: Git) -> None:
    (project / "manage.py").write_text("changed")
    (project / "new.py").touch()
    assert content(take(project, commit="main")) == FILES


@pytest.mark.parametrize(
    "name", ["HEAD", "main", "refs/heads/main", "v1", "v2", "origin/there", "there", "HASH", "SHORT", "UPPER"]
)
@pytest.mark.parametrize("packed", [False, True])
def test_knows_a_commit_by_any_of_its_names(project: Path, take: Take, git: Git, name: str, packed: bool) -> None:
    git("tag", "v1")
    git("tag", "-a", "v2", "-m", "annotated")
    git("update-ref", "refs/remotes/origin/there", "HEAD")
    commit = git("rev-parse", "HEAD")
    if packed:
        git("gc", "-q")
    name = {"HASH": commit, "SHORT": commit[:8], "UPPER": commit.upper()}.get(name, name)
    assert take(project, commit=name).commit == commit


def test_reads_a_bare_repository(project: Path, take: Take, git: Git, tmp_path: Path) -> None:
    git("clone", "-q", "--bare", "--no-local", ".", str(tmp_path / "bare.git"))
    assert content(take(tmp_path / "bare.git", commit="main")) == FILES


@pytest.mark.parametrize(
    "name",
    [
        "nothing",
        "--upload-pack=x",
        "--all",
        "main^{tree}",
        "../HEAD",
        "",
        "a b",
        "deadbeef",
        "x" * 999,
        "HEAD~9",
        "a\0b",
    ],
)
def test_refuses_a_name_that_is_no_commit(project: Path, take: Take, git: Git, name: str) -> None:
    with pytest.raises(SubmissionError, match=r"has no (branch, tag or )?commit") as caught:
        take(project, commit=name)
    assert caught.value.hint


def _alternates(folder: Path) -> None:
    (folder / ".git/objects/info").mkdir(exist_ok=True)
    (folder / ".git/objects/info/alternates").write_text("/srv/other/objects\n")


def _elsewhere(folder: Path) -> None:
    (folder / ".git/objects").rename(folder.parent / "objects")
    (folder / ".git/objects").symlink_to(folder.parent / "objects")


def _linked_object(folder: Path) -> None:
    (folder / ".git/objects/ab").mkdir(exist_ok=True)
    (folder / ".git/objects/ab" / ("cd" * 19)).symlink_to("/etc/passwd")


def _pipe(folder: Path) -> None:
    (folder / ".git/objects/ab").mkdir(exist_ok=True)
    os.mkfifo(folder / ".git/objects/ab" / ("cd" * 19))


def _linked_git(folder: Path) -> None:
    (folder / ".git").rename(folder.parent / "real")
    (folder / ".git").symlink_to(folder.parent / "real")


def _gitdir_file(folder: Path) -> None:
    shutil.rmtree(folder / ".git")
    (folder / ".git").write_text("gitdir: /srv/other\n")


def _lost_object(folder: Path) -> None:
    for path in (folder / ".git/objects").glob("??/*"):
        if zlib.decompress(path.read_bytes()).startswith(b"blob 8"):
            path.unlink()


def _no_repository(folder: Path) -> None:
    shutil.rmtree(folder / ".git")


STRANGE = [_alternates, _elsewhere, _linked_object, _pipe, _linked_git, _gitdir_file, _lost_object, _no_repository]


@pytest.mark.parametrize("make", STRANGE, ids=lambda make: make.__name__)
def test_refuses_a_repository_that_leads_out_or_is_damaged(project: Path, take: Take, git: Git, make: Git) -> None:
    make(project)
    with pytest.raises(SubmissionError) as caught:
        take(project, commit="main")
    assert caught.value.hint


def test_nothing_of_the_repositorys_configuration_acts(project: Path, take: Take, git: Git, tmp_path: Path) -> None:
    planted = tmp_path / "planted"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {planted}\ncat\n")
    program.chmod(0o755)
    (project / ".gitattributes").write_text("* filter=evil diff=evil text eol=crlf\n")
    git("add", "-A")
    git("commit", "-q", "-m", "Attributes")
    for hook in ("post-checkout", "reference-transaction", "post-index-change"):
        (project / ".git/hooks").mkdir(exist_ok=True)
        shutil.copy(program, project / ".git/hooks" / hook)
    settings = {
        "core.fsmonitor": program,
        "core.pager": program,
        "filter.evil.smudge": program,
        "diff.evil.textconv": program,
        "core.alternateRefsCommand": program,
        "remote.evil.url": f"ext::{program}",
        "remote.evil.promisor": "true",
        "protocol.ext.allow": "always",
        "extensions.partialClone": "evil",
        "include.path": "/etc/passwd",
    }
    with (project / ".git/config").open("a") as config:
        for key, value in settings.items():
            section, _, name = key.rpartition(".")
            section = section.replace(".", ' "', 1) + '"' if "." in section else section
            config.write(f"[{section}]\n{name} = {value}\n")
    taken = take(project, commit="main")
    assert content(taken).keys() == {*FILES, ".gitattributes"}
    assert content(taken)["manage.py"] == FILES["manage.py"]
    _lost_object(project)
    with pytest.raises(SubmissionError):
        take(project, commit="main")
    assert not planted.exists()


def test_leaves_out_links_submodules_and_names_that_lead_out(project: Path, take: Take, git: Git) -> None:
    (project / "link").symlink_to("/etc/passwd")
    git("add", "link")
    git("update-index", "--add", "--cacheinfo", f"160000,{git('rev-parse', 'HEAD')},module")
    git("commit", "-q", "-m", "Odd")
    taken = take(project, commit="main")
    assert content(taken) == FILES
    assert sorted(notice.split(": ")[1] for notice in taken.notices) == [
        "it is a submodule, whose files are in another repository; commit them in this one.",
        "it is a symbolic link.",
    ]
    assert taken.left_out == {
        "link": "it is a symbolic link",
        "module": "it is a submodule, whose files are in another repository; commit them in this one",
    }


def test_a_tree_that_leads_out_writes_nothing_there(project: Path, take: Take, git: Git, tmp_path: Path) -> None:
    blob = git("hash-object", "-w", "--stdin", input=b"evil")
    inner = _object(project, "tree", b"100644 evil\0" + bytes.fromhex(blob))
    outer = _object(project, "tree", b"40000 ..\0" + bytes.fromhex(inner) + b"100644 manage.py\0" + bytes.fromhex(blob))
    taken = take(project, commit=git("commit-tree", outer, "-m", "Slip"))
    assert content(taken) == {"manage.py": b"evil"}
    assert not (tmp_path / "evil").exists()
    assert len(taken.notices) == 1


def test_a_tree_of_few_objects_that_stands_for_billions_of_files_is_refused_at_once(
    project: Path, take: Take, git: Git
) -> None:
    inner, mode = git("hash-object", "-w", "--stdin", input=b"x"), "100644"
    for _ in range(9):
        entries = b"".join(f"{mode} {number}\0".encode() + bytes.fromhex(inner) for number in range(10))
        inner, mode = _object(project, "tree", entries), "40000"
    bomb = git("commit-tree", inner, "-m", "Bomb")
    start = time.monotonic()
    with pytest.raises(SubmissionError, match="more than 60 files"):
        take(project, commit=bomb)
    assert time.monotonic() - start < 5


def test_a_file_that_is_too_large_is_left_out_with_a_word(project: Path, take: Take, git: Git) -> None:
    (project / "big").write_bytes(bytes(2 << 20))
    git("add", "-A")
    git("commit", "-q", "-m", "Big")
    taken = take(project, commit="main")
    assert content(taken) == FILES
    assert taken.notices == ("big was left out: it is larger than 1 MB.",)


@pytest.mark.parametrize("name", ["link", "loop", "up", "pipe", "../../../hash", "config", "refs/heads/link"])
def test_a_reference_is_read_from_the_repository_only(
    project: Path, take: Take, git: Git, tmp_path: Path, name: str
) -> None:
    folder = project / ".git"
    (tmp_path / "hash").write_text(git("rev-parse", "HEAD"))
    (folder / "refs/heads/link").symlink_to(tmp_path / "hash")
    (folder / "refs/heads/loop").write_text("ref: refs/heads/loop")
    (folder / "refs/heads/up").write_text("ref: refs/../../../hash")
    os.mkfifo(folder / "refs/heads/pipe")
    with pytest.raises(SubmissionError, match=r"has no (branch, tag or )?commit"):
        take(project, commit=name)
    assert take(project, commit="main").commit  # the control


def _object(project: Path, kind: str, data: bytes) -> str:
    """Written as git itself would refuse to."""
    whole = f"{kind} {len(data)}\0".encode() + data
    name = hashlib.sha1(whole, usedforsecurity=False).hexdigest()
    place = project / ".git/objects" / name[:2] / name[2:]
    place.parent.mkdir(exist_ok=True)
    place.write_bytes(zlib.compress(whole))
    return name


def test_a_commit_is_read_whatever_the_umask(project: Path, take: Take, git: Git) -> None:
    before = os.umask(0o077)
    try:
        assert content(take(project, commit="main")) == FILES
    finally:
        os.umask(before)


def test_a_commit_of_a_repository_with_many_packs_is_read(project: Path, take: Take, git: Git) -> None:
    """More than may be open at a time."""
    git("config", "gc.auto", "0")
    for number in range(66):
        (project / "README.md").write_text(f"{number}\n")
        git("commit", "-q", "-a", "-m", str(number))
        git("repack", "-q", "-d")
    assert len(list((project / ".git/objects/pack").glob("*.pack"))) > 64
    assert content(take(project, commit="main")) == FILES | {"README.md": b"65\n"}


def test_what_changes_the_meaning_of_objects_stays_behind(project: Path, take: Take, git: Git) -> None:
    """Replacements, grafts and a commit graph that is none; the replacement works where git reads it, the control."""
    first = git("rev-parse", "HEAD")
    (project / "manage.py").write_text("changed\n")
    git("commit", "-q", "-a", "-m", "Changed")
    git("replace", first, "HEAD")
    assert git("show", f"{first}:manage.py") == "changed"
    (project / ".git/info/grafts").write_text(f"{first} {first}\n")
    (project / ".git/objects/info/commit-graph").write_bytes(b"CGPH" + bytes(200))
    assert content(take(project, commit=first)) == FILES


@pytest.mark.parametrize(
    ("version", "is_read"), [("2.39.5", False), ("2.44.9", False), ("2.45.0", True), ("3.1", True)]
)
def test_branches_in_tables_are_read_where_git_can(
    project: Path, git: Git, tmp_path: Path, version: str, is_read: bool
) -> None:
    """The tables are copied as they are; what this machine's git cannot read is explained elsewhere."""
    program = tmp_path / "git"
    program.write_text(f"#!/bin/sh\necho git version {version}\n")
    program.chmod(0o755)
    tables = project / ".git/reftable"
    tables.mkdir()
    (tables / "tables.list").write_text("0x1.ref\n")
    repository = find_repository(project)
    said = _configuration(repository, str(program))
    assert ("refstorage = reftable" in said) is is_read
    assert f"repositoryformatversion = {int(is_read)}" in said
    room = tmp_path / "room"
    (room / "refs").mkdir(parents=True)
    copy_refs(repository, room)
    assert (room / "reftable/tables.list").read_text() == "0x1.ref\n"


def test_git_that_is_missing_is_said(project: Path, take: Take, git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(EnvironmentError_, match="git cannot be started"):
        take(project, commit="main")
