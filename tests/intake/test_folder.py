import os
import resource
import socket
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.domain.errors import EnvironmentError_, SubmissionError
from grader.intake import IntakeLimits, Submission, take_in
from grader.intake.folder import folder_source
from tests.intake.conftest import FILES, content

Take = Callable[..., Submission]


def test_takes_every_plain_file_and_nothing_else(project: Path, take: Take) -> None:
    taken = take(project)
    assert content(taken) == FILES
    assert taken.files == tuple(sorted(FILES))
    assert (taken.source, taken.commit, taken.notices) == (f"{project.parent.name}/project", None, ())


def test_the_copy_is_not_writable_and_keeps_the_executable_bit(project: Path, take: Take) -> None:
    root = take(project).root
    assert stat.S_IMODE((root / "manage.py").stat().st_mode) == 0o555
    assert stat.S_IMODE((root / "README.md").stat().st_mode) == 0o444


def test_the_hash_tells_content_name_and_bit_and_nothing_else(project: Path, take: Take) -> None:
    first = take(project)
    os.utime(project / "README.md", (1, 1))
    (project / "README.md").chmod(0o600)
    (project / "empty").mkdir()
    assert take(project).tree_hash == first.tree_hash
    hashes = {first.tree_hash}
    (project / "README.md").write_text("other")
    hashes.add(take(project).tree_hash)
    (project / "README.md").rename(project / "README")
    hashes.add(take(project).tree_hash)
    (project / "manage.py").chmod(0o644)
    hashes.add(take(project).tree_hash)
    assert len(hashes) == 4


def test_leaves_out_without_a_word_what_tools_make(project: Path, take: Take) -> None:
    for name in (
        ".git/config",
        ".venv/bin/python",
        "src/__pycache__/a.pyc",
        "evil.pth",
        "x.dist-info/entry_points.txt",
    ):
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text("x")
    taken = take(project)
    assert content(taken) == FILES
    assert not taken.notices


def _link(folder: Path) -> None:
    (folder / "odd").symlink_to("/etc/passwd")


def _link_to_folder(folder: Path) -> None:
    (folder / "odd").symlink_to("/etc", target_is_directory=True)


def _loop(folder: Path) -> None:
    (folder / "odd").symlink_to(".")


def _pipe(folder: Path) -> None:
    os.mkfifo(folder / "odd")


def _socket(folder: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        here = Path.cwd()
        os.chdir(folder)  # the names of sockets are short
        listener.bind("odd")
        os.chdir(here)


def _secret(folder: Path) -> None:
    (folder / ".env").write_text("SECRET_KEY=odd")


def _control(folder: Path) -> None:
    (folder / "odd\x1b[31m\nname").touch()


def _not_utf8(folder: Path) -> None:
    (folder / os.fsdecode(b"odd\xff")).touch()


def _backslash(folder: Path) -> None:
    (folder / "odd\\name").touch()


def _right_to_left(folder: Path) -> None:
    (folder / "odd\u202egnp.py").touch()


def _deep(folder: Path) -> None:
    (folder / "a/b/c/d/e/f/g").mkdir(parents=True)
    (folder / "a/b/c/d/e/f/g/odd").touch()


ODD = [_link, _link_to_folder, _loop, _pipe, _socket, _secret, _control, _not_utf8, _backslash, _right_to_left, _deep]


@pytest.mark.parametrize("make", ODD, ids=lambda make: make.__name__)
def test_leaves_out_what_is_odd_and_says_so(project: Path, take: Take, make: Callable[[Path], None]) -> None:
    make(project)
    taken = take(project)
    assert len(taken.files) == len(content(taken)) == len(FILES)
    assert len(taken.notices) == 1
    assert taken.notices[0].isprintable()
    taken.notices[0].encode()


def test_shows_twenty_notices_and_the_number_of_the_rest(project: Path, take: Take) -> None:
    for number in range(30):
        (project / f"link-{number}").symlink_to("/")
    notices = take(project).notices
    assert len(notices) == 21
    assert "10 more" in notices[-1]


@pytest.mark.parametrize(
    ("fill", "word"),
    [
        (lambda folder: [(folder / f"{n}.py").touch() for n in range(30)], "more than 20 files"),
        (lambda folder: [(folder / f"{n}").mkdir() for n in range(70)], "more than 60 files and folders"),
        (lambda folder: [(folder / f"{n}").write_bytes(b"x" * (1 << 20)) for n in range(3)], "3 MB together"),
    ],
    ids=["files", "entries", "all"],
)
def test_refuses_too_much_with_a_hint(project: Path, take: Take, fill: Callable[[Path], object], word: str) -> None:
    fill(project)
    with pytest.raises(SubmissionError, match=word) as caught:
        take(project)
    assert ".gitignore" in caught.value.hint


@pytest.mark.parametrize("size", [(1 << 20) + 1, 1 << 40], ids=["large", "sparse"])
def test_one_large_file_is_left_out_with_a_word_and_the_rest_is_taken(project: Path, take: Take, size: int) -> None:
    (project / "demo.mp4").touch()
    os.truncate(project / "demo.mp4", size)
    taken = take(project)
    assert content(taken) == FILES
    assert taken.notices == ("demo.mp4 was left out: it is larger than 1 MB.",)


@pytest.mark.parametrize(
    ("fill", "said"),
    [
        (
            {f"media/photos/{n}.jpg": 100 for n in range(30)},
            "more than 20 files; most of it lies in media/photos/ (30 files)",
        ),
        ({f"media/{n}.jpg": 1 << 20 for n in range(5)}, "3 MB together; most of it lies in media/ (5 MB)"),
        ({f"data/{n}/x": 1 for n in range(50)}, "more than 60 files and folders; most of them lie in data/"),
    ],
    ids=["files", "bytes", "names"],
)
def test_over_a_limit_the_largest_folders_are_named(project: Path, take: Take, fill: dict[str, int], said: str) -> None:
    for name, size in fill.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_bytes(bytes(size))
    with pytest.raises(SubmissionError) as caught:
        take(project)
    assert said in caught.value.message


@pytest.mark.parametrize(
    ("source", "word"),
    [
        ("empty", "is empty"),
        ("missing", "there is no"),
        ("nul\0", "there is no"),
        ("a.txt", "is a file"),
        ("e", "no files"),
    ],
)
def test_says_what_is_wrong_with_the_source(tmp_path: Path, take: Take, source: str, word: str) -> None:
    (tmp_path / "a.txt").write_text("a")
    (tmp_path / "empty").touch()
    (tmp_path / "e").mkdir()
    with pytest.raises(SubmissionError, match=word) as caught:
        take(tmp_path / source)
    assert caught.value.hint


def test_a_link_in_place_of_the_folder_is_not_followed(tmp_path: Path, project: Path, take: Take) -> None:
    """Among the submissions of a class it may point at somebody else's."""
    (tmp_path / "mine").symlink_to(project)
    with pytest.raises(SubmissionError, match="symbolic link"):
        take(tmp_path / "mine")


def test_the_copy_is_open_to_the_sandbox_whatever_the_umask(project: Path, take: Take) -> None:
    before = os.umask(0o077)
    try:
        taken = take(project)
    finally:
        os.umask(before)
    modes = {path.stat().st_mode & 0o777 for path in (taken.root, *taken.root.rglob("*"))}
    assert modes == {0o755, 0o444, 0o555}


def test_a_disk_that_cannot_be_written_is_not_the_submissions_fault(project: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(EnvironmentError_) as caught:
        take_in(project, into=tmp_path / "file" / "copy")
    assert caught.value.hint


def test_a_full_disk_is_not_the_submissions_fault(project: Path, tmp_path: Path) -> None:
    """No file of this process gets larger than a kilobyte: to whoever writes it is as on a disk without room."""
    (project / "src/large.py").write_bytes(bytes(5_000))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024, hard))
    try:
        with pytest.raises(EnvironmentError_, match="the submission cannot be copied: File too large") as caught:
            take_in(project, into=tmp_path / "copy")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert caught.value.exit_code == 3
    assert "Check the disk" in caught.value.hint


def test_what_is_swapped_for_a_link_after_it_was_listed_is_not_followed(project: Path, tmp_path: Path) -> None:
    """A folder on the way, and the file itself; the files that stayed are the control."""
    outside = tmp_path / "outside"
    (outside / "config").mkdir(parents=True)
    (outside / "config/settings.py").write_text("SECRET = 1\n")
    with folder_source(project, IntakeLimits()) as source:
        (project / "src").rename(tmp_path / "away")
        (project / "src").symlink_to(outside)
        (project / "README.md").unlink()
        (project / "README.md").symlink_to(outside / "config/settings.py")
        found = {entry.path: pieces and b"".join(pieces) for entry, pieces in source.contents(source.entries)}
    assert found == {"manage.py": FILES["manage.py"], "src/config/settings.py": None, "README.md": None}
