"""What was handed in is taken in elsewhere as it would be here: the same files, the same notices, the same refusal."""

import io
import os
import shutil
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.classroom.distributed import parcel
from grader.classroom.distributed.parcel import pack
from grader.classroom.distributed.unpacking import unpack
from grader.domain.errors import SubmissionError
from grader.intake.history import tip_of
from grader.intake.limits import IntakeLimits
from grader.intake.names import shown
from grader.intake.submission import take_in
from tests.classroom.remote_work import Work

SMALL = IntakeLimits(files=20, entries=40, listed=60, file_bytes=1000, total_bytes=4000, archive_bytes=3000)


def project(folder: Path) -> Path:
    """A small project at the folder."""
    (folder / "src/blog").mkdir(parents=True)
    (folder / "manage.py").write_text("import sys\n")
    (folder / "manage.py").chmod(0o755)
    (folder / "pyproject.toml").write_text("[project]\n")
    (folder / "src/blog/models.py").write_text("# naïve\n")
    return folder


def plain(folder: Path) -> None:
    project(folder)


def odd_kinds(folder: Path) -> None:
    project(folder)
    (folder / "link").symlink_to("/etc/passwd")
    (folder / "src/away").symlink_to("/root")
    os.mkfifo(folder / "pipe")
    (folder / "large.bin").write_bytes(b"x" * 1001)
    (folder / "src/empty").mkdir()


def made_by_tools(folder: Path) -> None:
    project(folder)
    for name in ("node_modules/a/b.js", "src/__pycache__/x.pyc", "db.sqlite3", "mine/pyvenv.cfg", "mine/lib/y.py"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("made")


def odd_names(folder: Path) -> None:
    project(folder)
    for name in (b"caf\xe9.py", "日本.py".encode(), b"a\nb.py", b"-rf", "e\u202etxt.py".encode()):
        Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_text("x")


def linked_outside(folder: Path) -> None:
    project(folder)
    (folder.parent / "secret").write_text("the staff's own solution")
    (folder / "src/blog/solution.py").hardlink_to(folder.parent / "secret")


def linked_inside(folder: Path) -> None:
    project(folder)
    (folder / "src/blog/again.py").hardlink_to(folder / "src/blog/models.py")


def too_many(folder: Path) -> None:
    project(folder)
    (folder / "many").mkdir()
    for number in range(50):
        (folder / f"many/{number}.py").write_text("x")


def too_large(folder: Path) -> None:
    project(folder)
    for number in range(6):
        (folder / f"{number}.txt").write_text("x" * 900)


def nothing(folder: Path) -> None:
    folder.mkdir()


def a_link(folder: Path) -> None:
    folder.symlink_to("/etc")


def a_broken_link(folder: Path) -> None:
    folder.symlink_to("/no/such")


def a_pipe(folder: Path) -> None:
    os.mkfifo(folder)


def a_zip(folder: Path) -> None:
    project(folder.parent / "source")
    shutil.make_archive(str(folder), "zip", folder.parent / "source")
    folder.with_name(f"{folder.name}.zip").rename(folder)


def a_damaged_zip(folder: Path) -> None:
    folder.write_bytes(b"PK\x03\x04" + b"\0" * 400)


def a_large_archive(folder: Path) -> None:
    folder.write_bytes(b"PK\x03\x04" + os.urandom(4000))


def a_text(folder: Path) -> None:
    folder.write_text("I could not upload it")


CASES = [
    plain,
    odd_kinds,
    made_by_tools,
    odd_names,
    linked_outside,
    linked_inside,
    too_many,
    too_large,
    nothing,
    a_link,
]
CASES += [a_broken_link, a_pipe, a_zip, a_damaged_zip, a_large_archive, a_text]


def seen(source: Path, into: Path) -> object:
    """All that a grading would know of it."""
    try:
        found = take_in(source, into=into, limits=SMALL)
    except SubmissionError as refused:
        return refused.message.replace(shown(str(source)), "it"), refused.hint
    return found.source, found.tree_hash, found.files, found.notices, found.left_out


def sent(source: Path, room: Path, limits: IntakeLimits | None = SMALL) -> Path:
    packed = io.BytesIO()
    pack(source, packed, limits)
    packed.seek(0)
    room.mkdir()
    return unpack(packed, room)


@pytest.mark.parametrize("make", CASES, ids=lambda make: make.__name__)
def test_it_is_taken_in_as_here(make: Callable[[Path], None], tmp_path: Path) -> None:
    source = tmp_path / "class/ada"
    source.parent.mkdir()
    make(source)
    here = seen(source, tmp_path / "here")
    assert seen(sent(source, tmp_path / "there"), tmp_path / "taken") == here
    assert "staff" not in "".join(p.read_text("latin-1") for p in (tmp_path / "there").rglob("*") if p.is_file())


def test_one_that_is_gone_is_refused_there(tmp_path: Path) -> None:
    gone = sent(tmp_path / "class/ada", tmp_path / "there")
    with pytest.raises(SubmissionError, match="there is no"):
        take_in(gone, into=tmp_path / "taken")


def test_the_history_goes_along(tmp_path: Path) -> None:
    source = project(tmp_path / "class/ada")
    for words in (["init", "-q"], ["add", "."], ["-c", "user.name=A", "-c", "user.email=a@b", "commit", "-qm", "one"]):
        subprocess.run(["git", *words], cwd=source, check=True)
    there = sent(source, tmp_path / "there")
    assert tip_of(there, "HEAD") == tip_of(source, "HEAD") != ""


def test_a_bare_repository_goes_along_whole(tmp_path: Path) -> None:
    """Of a commit nothing is missing, though its objects are larger than a file of a project may be."""
    work, large = Work(tmp_path / "class/ada.git"), "".join(f"{number:x}" for number in range(20_000))
    commit = work.commit({"manage.py": "import sys\n", "data.txt": large})
    assert max(p.stat().st_size for p in work.path.rglob("*") if p.is_file()) > SMALL.file_bytes
    packed = io.BytesIO()
    pack(work.path, packed, SMALL, is_repository=True)
    packed.seek(0)
    (tmp_path / "there").mkdir()
    there = unpack(packed, tmp_path / "there")
    shown = subprocess.run(["git", "--git-dir", there, "show", f"{commit}:data.txt"], capture_output=True, check=True)
    assert shown.stdout.decode() == large
    subprocess.run(["git", "--git-dir", there, "fsck", "--strict"], check=True)


def test_the_same_work_is_the_same_bytes(tmp_path: Path) -> None:
    first, again, other = io.BytesIO(), io.BytesIO(), io.BytesIO()
    source = project(tmp_path / "class/ada")
    pack(source, first)
    os.utime(source / "manage.py", (1, 1))
    pack(source, again)
    (source / "manage.py").write_text("import os\n")
    pack(source, other)
    assert first.getvalue() == again.getvalue() != other.getvalue()


def test_more_than_is_sent_is_said_and_not_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = project(tmp_path / "class/ada")
    (source / "data.txt").write_text("x" * 900)
    monkeypatch.setattr(parcel, "LARGEST", 905)
    with pytest.raises(SubmissionError, match="that are sent to workers"):
        pack(source, io.BytesIO())


def member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    found = tarfile.TarInfo(name)
    found.type, found.linkname = kind, link
    return found


@pytest.mark.parametrize(
    "members",
    [
        [],
        [member("../up")],
        [member("/etc/cron.d")],
        [member("a", tarfile.SYMTYPE, "/tmp"), member("a/b")],
        [member("a", tarfile.DIRTYPE), member("a/..")],
        [member("a", tarfile.LNKTYPE, "/etc/passwd")],
        [member("a", tarfile.CHRTYPE)],
        [member("a")],
    ],
    ids=["nothing", "upwards", "absolute", "through a link", "dots", "hard link", "device", "without a submission"],
)
def test_what_pack_never_writes_is_not_unpacked(members: list[tarfile.TarInfo], tmp_path: Path) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for each in members:
            tar.addfile(each)
    packed.seek(0)
    with pytest.raises(ValueError, match=r"leads elsewhere|never sent|no submission"):
        unpack(packed, tmp_path)


@pytest.mark.parametrize("data", [b"", b"no archive", b"\x1f\x8b\x08\x00cut off"])
def test_what_is_no_archive_is_not_unpacked(data: bytes, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no packed submission"):
        unpack(io.BytesIO(data), tmp_path)
