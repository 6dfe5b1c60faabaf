"""Files made to exhaust or deceive whoever reads them, each beside what it does to a reader without bounds."""

import bz2
import os
import resource
import signal
import stat
import subprocess
import sys
import threading
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from grader.cli.assign import assignment
from grader.course import project_to
from grader.course.manifest import Course
from grader.domain.course import State
from grader.domain.errors import SubmissionError, UsageError_
from grader.domain.status import Status
from grader.environment import read_lock
from grader.intake import IntakeLimits, archive, objects, take_in
from grader.pipeline import Options, grade
from grader.reader import client
from grader.reader.client import Kind, NotReadable, read_once
from grader.reader.confine import UID
from grader.reader.launch import Bounds
from tests.attacks.conftest import ROOT, Bait

DOTTED = b"a." * 30_000 + b"b = 1\n"
MERGED = b"a0: &a0 {k: v}\n" + b"".join(
    b"a%d: &a%d {<<: [*a%d, *a%d, *a%d]}\n" % (n, n, n - 1, n - 1, n - 1) for n in range(1, 16)
)
EXHAUSTING: dict[str, tuple[Kind, bytes, str]] = {
    "a dotted key": ("toml", DOTTED, "import tomllib; tomllib.loads(text)"),
    "merge keys": ("yaml", MERGED, "import yaml; yaml.safe_load(text)"),
}
ENOUGH_S = 4


def _bounded_in_time() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (ENOUGH_S, ENOUGH_S))
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))


@pytest.mark.parametrize("name", EXHAUSTING)
def test_a_document_that_exhausts_its_reader_is_stopped(name: str) -> None:
    kind, data, _ = EXHAUSTING[name]
    with pytest.raises(NotReadable, match="no file that a person wrote") as caught:
        read_once(kind, data, cpu_s=1.0)
    assert caught.value.exhausting


@pytest.mark.parametrize("name", EXHAUSTING)
def test_without_the_limit_it_would_go_on(name: str) -> None:
    """The control: the parser alone is busy with it when four times as much processor time has passed."""
    _, data, code = EXHAUSTING[name]
    command = [sys.executable, "-c", f"import sys; text = sys.stdin.read()\n{code}"]
    done = subprocess.run(command, input=data, capture_output=True, check=False, preexec_fn=_bounded_in_time)
    assert done.returncode in (-signal.SIGXCPU, -signal.SIGKILL), done.stderr


def test_memory_that_a_document_asks_for_is_bounded() -> None:
    """The same key with all the time in the world: then the memory ends it, 512 MB after gigabytes for the parser."""
    with pytest.raises(NotReadable, match="memory"):
        read_once("toml", DOTTED, cpu_s=60.0)


LARGE = b'"' + b"x" * (140 << 20) + b'"'


@pytest.mark.parametrize(("memory_mb", "exhausting"), [(512, True), (4096, False)])
def test_only_the_bound_keeps_a_document_from_the_memory(
    monkeypatch: pytest.MonkeyPatch, memory_mb: int, exhausting: bool
) -> None:
    """A text of 140 MB, which takes four times as much to read; with more than that it is read, as the control shows.

    What is read then is too long to be answered, and the child says so itself.
    """
    monkeypatch.setattr(client, "Bounds", partial(Bounds, memory_mb=memory_mb))
    with pytest.raises(NotReadable) as caught:
        read_once("json", LARGE, cpu_s=60.0)
    assert caught.value.exhausting is exhausting
    assert ("memory" in caught.value.text) is exhausting


@pytest.mark.parametrize("name", ["pyproject.toml", "poetry.lock"])
def test_a_lock_that_exhausts_its_reader_is_named(tmp_path: Path, name: str) -> None:
    for good in ("pyproject.toml", "poetry.lock"):
        (tmp_path / good).write_bytes((ROOT / "capstone/reference" / good).read_bytes())
    assert not read_lock(tmp_path).problems
    (tmp_path / name).write_bytes(DOTTED)
    (problem,) = read_lock(tmp_path).problems
    assert problem.startswith(f"{name} cannot be read: it takes more ")
    assert "no file that a person wrote does" in problem


@pytest.mark.slow
def test_a_grading_ends_with_a_sentence_about_the_file(
    bait: Bait, course: Course, tmp_path: Path, state_dir: Path
) -> None:
    """Two such files: every criterion that looks at them fails, with the reason; none is the grader's fault."""
    tree = project_to(course, State(1, True), tmp_path / "tree")
    (tree / "pyproject.toml").write_bytes(DOTTED)
    (tree / "docker-compose.yml").write_bytes(MERGED)
    criteria = ("env.quality", "env.compose", "env.compose-health")
    options = Options(state_dir=state_dir, database="sqlite", seed=7, criteria=criteria)
    result = grade(tree, bait.assignments[1], options, progress=lambda step: None)
    assert result.graded
    assert any("pyproject.toml cannot be read" in notice for notice in result.notices)
    for criterion in result.criteria:
        if criterion.id in criteria:
            assert criterion.status is Status.FAILED
            assert any("no file that a person wrote" in str(o.observed) for o in criterion.observations)


def _plain(path: Path) -> None:
    path.write_text("module = 2\n")


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _link(path: Path) -> None:
    path.with_name("other.toml").write_text("module = 2\n")
    path.symlink_to(path.with_name("other.toml"))


def _long(path: Path) -> None:
    path.write_bytes(b"module = 2\n" + DOTTED)


def _huge(path: Path) -> None:
    path.write_bytes(b"module = 2\n" + b"#" * (1 << 20))


@pytest.mark.parametrize("make", [_pipe, _link, _long, _huge], ids=lambda make: make.__name__)
def test_the_settings_of_a_submission_are_read_as_a_strangers(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / "track.toml")
    with pytest.raises(UsageError_, match="not clear which module"), assignment(ROOT, None, tmp_path):
        pass


def test_plain_settings_are_read_and_a_pipe_would_be_waited_for(tmp_path: Path) -> None:
    """The control of both: what is meant is found, and a reader that just opens the pipe is there for ever."""
    _plain(tmp_path / "track.toml")
    with assignment(ROOT, None, tmp_path) as chosen:
        assert chosen.module.number == 2
    _pipe(tmp_path / "pipe")
    naive = threading.Thread(target=(tmp_path / "pipe").read_text, daemon=True)
    naive.start()
    naive.join(0.5)
    assert naive.is_alive()
    os.close(os.open(tmp_path / "pipe", os.O_WRONLY))


def _project(folder: Path) -> Path:
    (folder / "src").mkdir(parents=True)
    (folder / "manage.py").write_text("print()\n")
    return folder


def test_a_hard_link_to_a_file_outside_is_not_taken_in(tmp_path: Path) -> None:
    """What the staff may read, a submission would show; a copy of the same file is the control."""
    project, secret = _project(tmp_path / "project"), tmp_path / "solution.py"
    secret.write_text("the staff's own\n")
    (project / "src/mine.py").hardlink_to(secret)
    with pytest.raises(SubmissionError, match=r"src/mine\.py is a hard link") as caught:
        take_in(project, into=tmp_path / "taken")
    assert caught.value.hint
    assert not [path for path in (tmp_path / "taken").rglob("*") if path.is_file() and "staff" in path.read_text()]
    (project / "src/mine.py").unlink()
    (project / "src/mine.py").write_bytes(secret.read_bytes())
    assert "src/mine.py" in take_in(project, into=tmp_path / "control").files


def test_hard_links_within_the_submission_are_files_like_others(tmp_path: Path) -> None:
    """As tools that save space leave them, and one name more in a cache that is left out anyway."""
    project = _project(tmp_path / "project")
    (project / "src/a.py").write_text("same\n")
    (project / "src/b.py").hardlink_to(project / "src/a.py")
    (project / ".venv").mkdir()
    (project / ".venv/linked.py").hardlink_to(project / "manage.py")
    (project / ".venv/linked.py").unlink()
    assert take_in(project, into=tmp_path / "taken").files == ("manage.py", "src/a.py", "src/b.py")


def test_an_archive_that_is_slow_to_read_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a kilobyte for each megabyte that is unpacked; with more time it is unpacked until the bound on its size."""
    slow = tmp_path / "work.tar.bz2"
    slow.write_bytes(bz2.compress(bytes(1 << 20)) * 190)
    with pytest.raises(SubmissionError, match="has no files"):  # zeros are an empty tar; all have been unpacked
        take_in(slow, into=tmp_path / "control")
    monkeypatch.setattr(archive, "_SECONDS", 1)
    slow.write_bytes(bz2.compress(os.urandom(1 << 19)) * 120)
    with pytest.raises(SubmissionError, match="takes more than 1 seconds to read"):
        take_in(slow, into=tmp_path / "taken", limits=IntakeLimits(unpacked_bytes=1 << 30))


FAKE_GIT = """#!/bin/sh
while read key value rest; do case $key in Uid:) uid=$value;; esac; done < /proc/self/status
: > {place}/uid-$uid
(:) && : > {place}/forked
exec sleep 0
"""


def test_git_has_no_rights_and_starts_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program in git's place, as one that took git over: whose user it is, and whether it can start another."""
    repository = _project(tmp_path / "project")
    for words in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "all"]):
        git = ["git", "-c", "user.name=x", "-c", "user.email=x@example.org", *words]
        subprocess.run(git, cwd=repository, check=True)
    assert take_in(repository, into=tmp_path / "real", commit="main").commit
    place = Path(f"/tmp/track-fake-git-{os.getpid()}")
    place.mkdir()
    place.chmod(0o777)
    try:
        fake = place / "git"
        fake.write_text(FAKE_GIT.format(place=place))
        fake.chmod(fake.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
        monkeypatch.setenv("PATH", f"{place}:{os.environ['PATH']}")
        with pytest.raises(SubmissionError):
            take_in(repository, into=tmp_path / "taken", commit="main")
        uid = UID if os.geteuid() == 0 else os.geteuid()
        assert {path.name for path in place.iterdir()} == {"git", f"uid-{uid}"}
        subprocess.run([fake], check=True)  # the control
        assert {path.name for path in place.iterdir()} >= {f"uid-{os.geteuid()}", "forked"}
    finally:
        for path in place.iterdir():
            path.unlink()
        place.rmdir()


def _loose(repository: Path, kind: str, data: bytes) -> str:
    """An object of the repository, as git would write it."""
    import hashlib

    whole = f"{kind} {len(data)}\0".encode() + data
    name = hashlib.sha1(whole, usedforsecurity=False).hexdigest()
    place = repository / ".git/objects" / name[:2] / name[2:]
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(zlib.compress(whole, 1))
    return name


SECRET = b"the staff's own\n"
ANOTHER = 54321


def _git(folder: Path, *words: str) -> str:
    names = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
    done = subprocess.run(["git", *names, *words], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def _borrowing(tmp_path: Path, lend: Callable[[Path, Path], None]) -> tuple[Path, str]:
    """A repository with a commit whose one file is an object of the staff's repository, which ``lend`` brings near."""
    staff, project = tmp_path / "staff", _project(tmp_path / "project")
    staff.mkdir()
    for folder in (staff, project):
        _git(folder, "init", "-q", "-b", "main")
    blob = bytes.fromhex(_loose(staff, "blob", SECRET))
    tree = _loose(project, "tree", b"100644 manage.py\0" + blob)
    who = "x <x> 0 +0000"
    commit = _loose(project, "commit", f"tree {tree}\nauthor {who}\ncommitter {who}\n\nx\n".encode())
    lend(staff / ".git/objects" / blob.hex()[:2] / blob.hex()[2:], project / ".git/objects")
    return project, commit


def _by_link(lent: Path, objects: Path) -> None:
    (objects / lent.parent.name).mkdir(exist_ok=True)
    (objects / lent.parent.name / lent.name).hardlink_to(lent)
    for path in (objects, *(path for path in objects.rglob("*") if path.is_dir())):
        os.chown(path, ANOTHER, ANOTHER)


def _by_alternates(lent: Path, objects: Path) -> None:
    (objects / "info").mkdir(exist_ok=True)
    (objects / "info/alternates").write_text(f"{lent.parents[1]}\n")


LENDING = {"link": _by_link, "alternates": _by_alternates} if os.geteuid() == 0 else {"alternates": _by_alternates}


@pytest.mark.parametrize("how", LENDING)
def test_an_object_of_another_repository_is_not_read(tmp_path: Path, how: str) -> None:
    """What the staff may read, a commit would show: git itself does, as the control shows.

    Others than root can neither give a folder away nor, on Linux, link to a file that is not theirs.
    """
    project, commit = _borrowing(tmp_path, LENDING[how])
    assert _git(project, "-c", f"safe.directory={project}", "show", f"{commit}:manage.py").encode() == SECRET.strip()
    with pytest.raises(SubmissionError) as caught:
        take_in(project, into=tmp_path / "taken", commit=commit)
    assert caught.value.hint
    assert not [path for path in (tmp_path / "taken").rglob("*") if path.is_file()]


def test_control_without_a_look_at_the_owner_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(objects, "_is_borrowed", lambda facts, owner: False)
    project, commit = _borrowing(tmp_path, LENDING.get("link", _linked_by_its_owner))
    taken = take_in(project, into=tmp_path / "taken", commit=commit)
    assert (taken.root / "manage.py").read_bytes() == SECRET


def _linked_by_its_owner(lent: Path, objects: Path) -> None:
    (objects / lent.parent.name).mkdir(exist_ok=True)
    (objects / lent.parent.name / lent.name).hardlink_to(lent)


def test_a_clone_that_links_its_own_objects_is_read(tmp_path: Path) -> None:
    """As ``git clone`` makes one on one disk: linked, and of one owner."""
    project, commit = _borrowing(tmp_path, _linked_by_its_owner)
    taken = take_in(project, into=tmp_path / "taken", commit=commit)
    assert (taken.root / "manage.py").read_bytes() == SECRET


def test_an_object_that_unpacks_to_gigabytes_is_stopped(tmp_path: Path) -> None:
    """A tree of a few megabytes on disk that git would hold in memory whole; a small one of the kind is the control."""
    repository = _project(tmp_path / "project")
    subprocess.run(["git", "init", "-q", "-b", "main"], cwd=repository, check=True)
    blob = bytes.fromhex(_loose(repository, "blob", b"print()\n"))
    entry = b"100644 manage.py\0" + blob
    for size, fits in ((0, True), (1 << 30, False)):
        tree = _loose(repository, "tree", entry + (b"100644 " + bytes(1) + bytes(20)) * (size // 28))
        commit = _loose(
            repository, "commit", f"tree {tree}\nauthor x <x> 0 +0000\ncommitter x <x> 0 +0000\n\nx\n".encode()
        )
        if fits:
            assert take_in(repository, into=tmp_path / "control", commit=commit).files == ("manage.py",)
            continue
        with pytest.raises(SubmissionError):
            take_in(repository, into=tmp_path / "taken", commit=commit)
