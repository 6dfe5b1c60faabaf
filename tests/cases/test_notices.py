"""What a person reads first of a hand-in that is graded all the same: each sentence as a whole."""

import os
import platform
import shutil
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.environment.lock import read_lock
from grader.intake import take_in
from tests.cases.forms import HandIn, committed, files, git

REFERENCE = Path(__file__).parents[2] / "capstone" / "reference"
OURS = platform.python_version()
RELOCK = "run `poetry lock` and commit poetry.lock"
MERGED = "a merge left its marks (<<<<<<<) in line 3: choose one side"
MARK = b"\xef\xbb\xbf"
NO_WHEEL = (
    b'[[package]]\nname = "django-tinything"\nversion = "1.0"\ndescription = ""\noptional = false\n'
    b'python-versions = "*"\ngroups = ["main"]\n'
    b'files = [{file = "django-tinything-1.0.tar.gz", hash = "sha256:' + b"0" * 64 + b'"}]\n\n[[package]]'
)
Edit = Callable[[Path], None]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The parts of a project that say which packages it needs, and a module."""
    folder = tmp_path / "in" / "project"
    (folder / "src/apps/posts").mkdir(parents=True)
    for name in ("pyproject.toml", "poetry.lock"):
        shutil.copy(REFERENCE / name, folder / name)
    (folder / "manage.py").write_bytes(b"#!/usr/bin/env python\n")
    (folder / "src/apps/posts/models.py").write_bytes(b'"""Posts."""\n')
    return folder


def replaced(name: str, old: bytes, new: bytes) -> Edit:
    """Edits a file, in the first place where it has the old text."""

    def edit(folder: Path) -> None:
        data = (folder / name).read_bytes()
        assert old in data
        (folder / name).write_bytes(data.replace(old, new, 1))

    return edit


def _without_poetry(folder: Path) -> None:
    """``requirements.txt``, written by a redirection of PowerShell, is all there is."""
    (folder / "poetry.lock").unlink()
    (folder / "pyproject.toml").unlink()
    (folder / "requirements.txt").write_text("Django==6.1.3\r\n", "utf-16")


def _windows_line_ends(folder: Path) -> None:
    for path in filter(Path.is_file, folder.rglob("*")):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))


LOCKS: dict[str, tuple[Edit, tuple[str, ...]]] = {
    "a dependency more, and the lock as it was": (
        replaced("pyproject.toml", b"dependencies = [", b'dependencies = [\n    "python-slugify (>=8,<9)",'),
        (f"poetry.lock does not fit pyproject.toml, which was changed after locking: {RELOCK}.",),
    ),
    "the lock in .gitignore": (
        lambda folder: (folder / "poetry.lock").unlink(),
        (f"poetry.lock is missing: {RELOCK}.",),
    ),
    "a merge in the lock": (
        replaced("poetry.lock", b"[[package]]", b"<<<<<<< HEAD\n=======\n>>>>>>> main\n[[package]]"),
        (f"poetry.lock is not valid TOML ({MERGED}): mend it, then {RELOCK}.",),
    ),
    "a package without a wheel": (
        replaced("poetry.lock", b"[[package]]", NO_WHEEL),
        ("django-tinything has no wheel in poetry.lock and would have to be built: choose versions with wheels.",),
    ),
    "a lock of Poetry 1": (
        replaced("poetry.lock", b'lock-version = "2.1"', b'lock-version = "1.1"'),
        (f"poetry.lock was not written by Poetry 2: {RELOCK} with Poetry 2.",),
    ),
    "no Poetry at all": (
        _without_poetry,
        ("pyproject.toml is missing: run `poetry init`.", f"poetry.lock is missing: {RELOCK}."),
    ),
    "a byte order mark in pyproject.toml": (
        lambda folder: (folder / "pyproject.toml").write_bytes(MARK + (folder / "pyproject.toml").read_bytes()),
        ("pyproject.toml: it begins with a byte order mark: save it as UTF-8 without one.",),
    ),
    "a pointer of Git LFS": (
        lambda folder: (folder / "poetry.lock").write_bytes(b"version https://git-lfs.github.com/spec/v1\n"),
        ("poetry.lock is a pointer of Git LFS and not the file itself: take it out of LFS and commit it.",),
    ),
    "made on a newer Python": (
        replaced("pyproject.toml", b'requires-python = ">=3.12,<4.0"', b'requires-python = ">=3.99,<4.0"'),
        (
            f"poetry.lock does not fit pyproject.toml, which was changed after locking: {RELOCK}.",
            f"pyproject.toml asks for Python >=3.99,<4.0, and it is graded with {OURS}: allow that, then {RELOCK}.",
        ),
    ),
    "line ends of Windows everywhere": (lambda folder: _windows_line_ends(folder), ()),
    "as it should be": (lambda folder: None, ()),
}


@pytest.mark.parametrize("name", LOCKS)
def test_why_packages_stand_in_is_told_in_whole_sentences(name: str, project: Path) -> None:
    edit, problems = LOCKS[name]
    edit(project)
    assert read_lock(project).problems == problems


def _media(folder: Path) -> None:
    with (folder / "demo.mp4").open("wb") as file:
        file.truncate(25 << 20)


def _odd_names(folder: Path) -> None:
    """One that is not UTF-8; the others are taken: a joined emoji, spaces, one that is as long as systems allow."""
    (folder / os.fsdecode(b"caf\xe9.txt")).touch()
    for name in ("notes 👩‍💻.md", "my notes (final) v2.md", f"{'a' * 220}.txt"):
        (folder / name).touch()


def _tools(folder: Path) -> None:
    """What an editor, Python and SQLite leave is left out without a word."""
    for name in (".vscode/settings.json", "src/apps/posts/__pycache__/models.cpython-313.pyc", "db.sqlite3"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(b"x")


LEFT_OUT: dict[str, tuple[Edit, tuple[str, ...], int]] = {
    "a recording of the screen": (_media, ("demo.mp4 was left out: it is larger than 20 MB.",), 4),
    "settings of one machine": (
        lambda folder: (folder / ".env").write_text("SITE_NAME=blog\n") and None,
        (".env was left out: it holds settings of one machine, and perhaps secrets.",),
        4,
    ),
    "odd names": (_odd_names, ("caf\N{REPLACEMENT CHARACTER}.txt was left out: its name is not UTF-8.",), 7),
    "what tools leave": (_tools, (), 4),
}


@pytest.mark.parametrize("commit", [None, "HEAD"])
@pytest.mark.parametrize("name", LEFT_OUT)
def test_what_is_left_out_is_named_with_why(name: str, commit: str | None, project: Path, tmp_path: Path) -> None:
    edit, notices, count = LEFT_OUT[name]
    edit(project)
    if commit:
        committed(project)
    taken = take_in(project, into=tmp_path / "taken", commit=commit)
    assert taken.notices == notices
    assert len(taken.files) == count


def test_a_submodule_is_named_with_what_to_do(project: Path, tmp_path: Path) -> None:
    """Its files were never in the commit; where they are imported, the finding says so too."""
    git(committed(project), "update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},src/apps/comments")
    git(project, "commit", "-q", "-m", "A submodule")
    taken = take_in(project, into=tmp_path / "taken", commit="HEAD")
    why = "it is a submodule, whose files are in another repository; commit them in this one"
    assert taken.notices == (f"src/apps/comments was left out: {why}.",)
    assert taken.left_out == {"src/apps/comments": why}


def test_twins_by_case_are_both_kept_of_a_commit(project: Path, tmp_path: Path) -> None:
    (project / "src/apps/posts/Models.py").write_text('"""An old draft."""\n')
    taken = take_in(committed(project), into=tmp_path / "taken", commit="HEAD")
    assert {"src/apps/posts/Models.py", "src/apps/posts/models.py"} <= set(taken.files)


def test_a_zip_without_permissions_is_taken_as_it_is(project: Path, tmp_path: Path) -> None:
    """Packed on Windows: nothing in it says that manage.py can be started, and nothing else is missing."""
    with zipfile.ZipFile(tmp_path / "work.zip", "w") as archive:
        for name, data, _ in files(project):
            entry = zipfile.ZipInfo(name)
            entry.create_system = 0
            archive.writestr(entry, data)
    taken = take_in(tmp_path / "work.zip", into=tmp_path / "taken")
    assert [(name, data) for name, data, _ in files(taken.root)] == [(name, data) for name, data, _ in files(project)]
    assert not any(path.stat().st_mode & stat.S_IXUSR for path in taken.root.rglob("*.py"))


def test_a_repository_of_another_user_is_read(project: Path, tmp_path: Path) -> None:
    """Git itself refuses to: its own file of settings could act as whoever reads. Here none is obeyed."""
    handed_in = HandIn(committed(project), "HEAD")
    if os.geteuid() == 0:
        for path in [project, *project.rglob("*")]:
            os.chown(path, 65534, 65534, follow_symlinks=False)
    assert take_in(handed_in.source, into=tmp_path / "taken", commit=handed_in.commit).commit
