"""What cannot be taken in is refused with the exit code of misuse, by a sentence that is true and says what to do."""

import os
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.domain.errors import EnvironmentError_, GraderError, SubmissionError
from grader.intake import take_in
from tests.cases.forms import HandIn, committed, git, tarred, zipped


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of a few files, alone in a folder."""
    folder = tmp_path / "in" / "project"
    (folder / "src").mkdir(parents=True)
    for name in ("manage.py", "pyproject.toml", "src/models.py"):
        (folder / name).write_bytes(os.urandom(20_000))
    return folder


def _refused(handed_in: HandIn, tmp_path: Path) -> GraderError:
    with pytest.raises(GraderError) as caught:
        take_in(handed_in.source, into=tmp_path / "taken", commit=handed_in.commit)
    assert caught.value.exit_code in (2, 3)
    return caught.value


def _unknown_branch(folder: Path) -> HandIn:
    git(committed(folder), "branch", "-m", "master")
    git(folder, "branch", "draft")
    return HandIn(folder, "main")


def _master(folder: Path) -> HandIn:
    git(committed(folder), "branch", "-m", "master")
    return HandIn(folder, "main")


def _unknown_hash(folder: Path) -> HandIn:
    return HandIn(committed(folder), "abcdef12")


def _empty_repository(folder: Path) -> HandIn:
    git(folder, "init", "-q", "-b", "main")
    return HandIn(folder, "HEAD")


def _partial(folder: Path) -> HandIn:
    git(committed(folder), "config", "uploadpack.allowFilter", "true")
    git(folder.parent, "clone", "-q", "--no-checkout", "--filter=blob:none", f"file://{folder}", "partial")
    return HandIn(folder.parent / "partial", "HEAD")


def _before_the_first(folder: Path) -> HandIn:
    return HandIn(committed(folder), "HEAD~1")


def _before_a_shallow_clone(folder: Path) -> HandIn:
    git(committed(folder), "commit", "-q", "--allow-empty", "-m", "More")
    git(folder.parent, "clone", "-q", "--depth", "1", f"file://{folder}", "shallow")
    return HandIn(folder.parent / "shallow", "HEAD~1")


def _tree(folder: Path) -> HandIn:
    return HandIn(committed(folder), "HEAD^{tree}")


def _no_repository(folder: Path) -> HandIn:
    return HandIn(folder, "HEAD")


def _linked_git(folder: Path) -> HandIn:
    committed(folder)
    (folder / ".git").rename(folder.parent / "real")
    (folder / ".git").symlink_to(folder.parent / "real")
    return HandIn(folder, "HEAD")


def _shared(folder: Path) -> HandIn:
    git(committed(folder).parent, "clone", "-q", "--shared", str(folder), "shared")
    return HandIn(folder.parent / "shared", "HEAD")


def _somebody_elses_history(folder: Path) -> HandIn:
    """A file called .git that names a repository which knows nothing of this folder."""
    victim = folder.parent / "victim"
    shutil.copytree(folder, victim)
    committed(victim)
    (folder / ".git").write_text(f"gitdir: {victim}/.git\n")
    return HandIn(folder, "HEAD")


def _forged_worktree(folder: Path) -> HandIn:
    """What leads back is the learner's own; what it stands beside is not."""
    _somebody_elses_history(folder)
    own = folder / "worktrees/mine"
    own.mkdir(parents=True)
    (own / "HEAD").write_text("ref: refs/heads/main\n")
    (own / "gitdir").write_text(f"{folder}/.git\n")
    (own / "commondir").write_text(f"{folder.parent}/victim/.git\n")
    (folder / ".git").write_text(f"gitdir: {own}\n")
    return HandIn(folder, "HEAD")


def _stale_worktree(folder: Path) -> HandIn:
    """The place of a worktree that was moved away, taken by somebody else's folder."""
    git(committed(folder), "worktree", "add", "-q", str(folder.parent / "moved"), "HEAD")
    (folder.parent / "moved").rename(folder.parent / "elsewhere")
    return HandIn(folder.parent / "elsewhere", "HEAD")


def _rar(folder: Path) -> HandIn:
    (folder.parent / "project.rar").write_bytes(b"Rar!\x1a\x07\x01\x00" + os.urandom(2000))
    return HandIn(folder.parent / "project.rar")


def _seven_zip(folder: Path) -> HandIn:
    (folder.parent / "project.zip").write_bytes(b"7z\xbc\xaf\x27\x1c" + os.urandom(2000))
    return HandIn(folder.parent / "project.zip")


def _web_page(folder: Path) -> HandIn:
    (folder.parent / "project.zip").write_text("<!DOCTYPE html>\n<title>Sign in</title>")
    return HandIn(folder.parent / "project.zip")


def _empty_file(folder: Path) -> HandIn:
    (folder.parent / "project.zip").touch()
    return HandIn(folder.parent / "project.zip")


def _truncated(folder: Path) -> HandIn:
    path = zipped(folder, folder.parent / "project.zip")
    os.truncate(path, path.stat().st_size // 2)
    return HandIn(path)


def _truncated_tar(folder: Path) -> HandIn:
    path = tarred(folder, folder.parent / "project.tar.gz")
    os.truncate(path, path.stat().st_size // 2)
    return HandIn(path)


def _encrypted(folder: Path) -> HandIn:
    subprocess.run(["zip", "-qr", "-P", "secret", "../project.zip", "."], cwd=folder, check=True)
    return HandIn(folder.parent / "project.zip")


def _lzma(folder: Path) -> HandIn:
    with zipfile.ZipFile(folder.parent / "project.zip", "w", zipfile.ZIP_LZMA) as archive:
        archive.write(folder / "manage.py", "manage.py")
    return HandIn(folder.parent / "project.zip")


def _missing(folder: Path) -> HandIn:
    return HandIn(folder.parent / "missing")


SENTENCES: dict[Callable[[Path], HandIn], tuple[str, str]] = {
    _unknown_branch: (
        "has no branch, tag or commit main",
        "Its branches are: draft, master. Fetch the commit (git fetch), or",
    ),
    _empty_repository: ("nothing was committed yet in", "leave --commit out to grade the files as they lie there"),
    _partial: ("the clone is partial: it was made with --filter", "Clone it anew"),
    _master: ("has no branch, tag or commit main", "Its only branch is master. Fetch the commit (git fetch), or"),
    _unknown_hash: ("has no commit abcdef12", "Its only branch is main."),
    _before_the_first: ("has no commit HEAD~1", "Its only branch is main."),
    _before_a_shallow_clone: ("has no commit HEAD~1", "fetch them (git fetch --unshallow)"),
    _tree: ("has no commit HEAD^{tree}: that is a tree", "Its only branch is main."),
    _no_repository: ("is not a git repository: it has no .git", "leave --commit out"),
    _linked_git: (".git is a symbolic link, which is not followed", "Clone it anew"),
    _shared: ("borrows objects from another folder", "Clone it anew"),
    _somebody_elses_history: ("lies in another folder, which does not know of this one", "Clone it anew"),
    _forged_worktree: ("lies in another folder, which does not know of this one", "Clone it anew"),
    _stale_worktree: ("lies in another folder, which does not know of this one", "Clone it anew"),
    _rar: ("project.rar is a RAR archive", "Pack the folder that holds manage.py as .zip or .tar.gz"),
    _seven_zip: ("project.zip is a 7-Zip archive", "Pack the folder that holds manage.py as .zip or .tar.gz"),
    _web_page: ("project.zip is a web page", "Pack the folder that holds manage.py as .zip or .tar.gz"),
    _empty_file: ("project.zip is empty", "The upload may have failed"),
    _truncated: ("project.zip is damaged: it breaks off", "Pack the folder anew as .zip or .tar.gz"),
    _truncated_tar: ("project.tar.gz is damaged: it breaks off", "Pack the folder anew as .zip or .tar.gz"),
    _encrypted: ("project.zip is locked with a password", "Pack it anew without one"),
    _lzma: ("project.zip is packed in an unusual way (LZMA)", "ordinary .zip (method Deflate) or as .tar.gz"),
    _missing: ("there is no", "Check the path"),
}


@pytest.mark.parametrize("make", SENTENCES, ids=lambda make: make.__name__.strip("_"))
def test_what_cannot_be_taken_in_is_refused_by_a_true_sentence(
    project: Path, tmp_path: Path, make: Callable[[Path], HandIn]
) -> None:
    error = _refused(make(project), tmp_path)
    message, hint = SENTENCES[make]
    assert isinstance(error, SubmissionError)
    assert message in error.message
    assert hint in error.hint


def test_a_hash_that_begins_several_objects_is_said_to(project: Path, tmp_path: Path) -> None:
    """One digit more, and it is a commit: the control."""
    git(committed(project), "config", "core.abbrev", "4")
    prefixes: dict[str, str] = {}
    for number in range(2000):
        tree = git(project, "rev-parse", "HEAD^{tree}")
        commit = git(project, "commit-tree", tree, "-m", str(number))
        if (other := prefixes.setdefault(commit[:4], commit)) != commit:
            break
    error = _refused(HandIn(project, commit[:4]), tmp_path)
    assert f"has no commit {commit[:4]}: " in error.message
    assert "objects begin like that" in error.message
    assert error.hint == "Type more of the hash."
    assert take_in(project, into=tmp_path / "control", commit=commit[:20]).commit == commit != other


def test_branches_in_tables_are_named_as_what_they_are(project: Path, tmp_path: Path) -> None:
    """As git 2.45 and later write them on request. A commit can be graded by its hash all the same."""
    commit = git(committed(project), "rev-parse", "HEAD")
    shutil.rmtree(project / ".git/refs")
    (project / ".git/reftable").mkdir()
    (project / ".git/reftable/tables.list").touch()
    (project / ".git/HEAD").write_text("ref: refs/heads/.invalid\n")
    error = _refused(HandIn(project, "main"), tmp_path)
    assert isinstance(error, EnvironmentError_)
    assert "are kept as a reftable" in error.message
    assert "by its full hash" in error.hint
    assert take_in(project, into=tmp_path / "control", commit=commit).commit == commit


def test_a_file_of_git_lfs_is_named_and_the_rest_is_graded(project: Path, tmp_path: Path) -> None:
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 9\n"
    for name in ("poetry.lock", "src/querysets.py"):
        (project / name).write_text(pointer)
    taken = take_in(project, into=tmp_path / "taken")
    assert len(taken.files) == 5
    assert len(taken.notices) == 1
    assert (
        "Pointers of Git LFS stand in place of the files themselves (poetry.lock, src/querysets.py)" in taken.notices[0]
    )
    assert "git lfs pull" in taken.notices[0]
