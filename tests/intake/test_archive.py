import bz2
import gzip
import io
import lzma
import stat
import tarfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.domain.errors import SubmissionError
from grader.intake import Submission
from tests.intake.conftest import FILES, content

Take = Callable[..., Submission]
SUFFIXES = [".zip", ".tar", ".tar.gz", ".tgz", ".tar.xz", ".tar.bz2"]


def pack(path: Path, files: dict[str, bytes], *, prefix: str = "") -> Path:
    """An archive of the kind that its name says; manage.py is executable."""
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in files.items():
                member = zipfile.ZipInfo(prefix + name)
                member.external_attr = (stat.S_IFREG | (0o755 if name == "manage.py" else 0o644)) << 16
                member.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(member, data)
        return path
    mode = {".tar": "w", ".gz": "w:gz", ".tgz": "w:gz", ".xz": "w:xz", ".bz2": "w:bz2"}[path.suffix]
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        for name, data in files.items():
            member = tarfile.TarInfo(prefix + name)
            member.size, member.mode = len(data), 0o755 if name == "manage.py" else 0o644
            archive.addfile(member, io.BytesIO(data))
    return path


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("prefix", ["", "./", "project-main/", "./project//"])
def test_an_archive_is_the_same_submission_as_its_folder(
    tmp_path: Path, project: Path, take: Take, suffix: str, prefix: str
) -> None:
    taken = take(pack(tmp_path / f"work{suffix}", FILES, prefix=prefix))
    assert content(taken) == FILES
    assert taken.tree_hash == take(project).tree_hash


def test_what_a_mac_adds_is_looked_over(tmp_path: Path, take: Take) -> None:
    files = {f"project/{name}": data for name, data in FILES.items()} | {"__MACOSX/project/._manage.py": b"x"}
    assert content(take(pack(tmp_path / "work.zip", files))) == FILES


OUT = ["../evil", "/evil", "src/../../evil", "src/\x00evil", "..", "a\\..\\evil", "~/../../evil", "C:\\evil"]


@pytest.mark.parametrize("suffix", [".zip", ".tar"])
@pytest.mark.parametrize("name", OUT)
def test_nothing_is_written_outside(tmp_path: Path, take: Take, suffix: str, name: str) -> None:
    before = sorted(path for path in tmp_path.parent.rglob("*evil*"))
    taken = take(pack(tmp_path / f"work{suffix}", FILES | {name: b"evil"}))
    assert FILES.items() <= content(taken).items()
    assert all(path.is_relative_to(taken.root) for path in tmp_path.parent.rglob("*evil*") if path not in before)


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE])
def test_links_and_devices_of_a_tar_are_left_out(tmp_path: Path, take: Take, kind: bytes) -> None:
    path = pack(tmp_path / "work.tar", FILES)
    with tarfile.open(path, "a") as archive:
        member = tarfile.TarInfo("odd")
        member.type, member.linkname = kind, "/etc/passwd"
        archive.addfile(member)
        inside = tarfile.TarInfo("odd/passwd")  # through the link, if it were there
        inside.size = 4
        archive.addfile(inside, io.BytesIO(b"evil"))
    taken = take(path)
    assert content(taken) == FILES | {"odd/passwd": b"evil"}
    assert "odd was left out" in taken.notices[0]


def test_a_link_in_a_zip_is_left_out(tmp_path: Path, take: Take) -> None:
    path = pack(tmp_path / "work.zip", FILES)
    with zipfile.ZipFile(path, "a") as archive:
        member = zipfile.ZipInfo("odd")
        member.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(member, "/etc/passwd")
    assert content(take(path)) == FILES


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_bomb_is_refused_for_what_it_unpacks_to(tmp_path: Path, take: Take, suffix: str) -> None:
    path = pack(tmp_path / f"work{suffix}", FILES | {"bomb": bytes(6 << 20)})
    with pytest.raises(SubmissionError, match="bomb is larger than 1 MB"):
        take(path)


def test_a_zip_that_lies_about_its_sizes_is_refused(tmp_path: Path, take: Take) -> None:
    path = pack(tmp_path / "work.zip", {"bomb": bytes(30 << 20)})
    packed = path.read_bytes()
    assert packed.count((30 << 20).to_bytes(4, "little")) == 2
    path.write_bytes(packed.replace((30 << 20).to_bytes(4, "little"), (9).to_bytes(4, "little")))
    with pytest.raises(SubmissionError):
        take(path)


@pytest.mark.parametrize(("suffix", "opener"), [(".tgz", gzip.open), (".tar.xz", lzma.open), (".tar.bz2", bz2.open)])
def test_a_stream_without_end_is_refused(
    tmp_path: Path, take: Take, suffix: str, opener: Callable[..., io.IOBase]
) -> None:
    """The header promises a terabyte of what is skipped anyway."""
    member = tarfile.TarInfo(".venv/huge")
    member.size = 1 << 40
    path = tmp_path / f"work{suffix}"
    with opener(path, "wb") as file:
        file.write(member.tobuf(tarfile.GNU_FORMAT))
        for _ in range(10):
            file.write(bytes(1 << 20))
    start = time.monotonic()
    with pytest.raises(SubmissionError, match="unpacks to more than 8 MB"):
        take(path)
    assert time.monotonic() - start < 10


@pytest.mark.parametrize("suffix", [".zip", ".tar"])
def test_a_flood_of_members_is_refused(tmp_path: Path, take: Take, suffix: str) -> None:
    with pytest.raises(SubmissionError, match="more than 60 files and folders"):
        take(pack(tmp_path / f"work{suffix}", {f".venv/{number}": b"" for number in range(500)}))


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("damage", ["empty", "text", "half", "flipped"])
def test_a_damaged_archive_is_refused_with_a_hint(tmp_path: Path, take: Take, suffix: str, damage: str) -> None:
    path = pack(tmp_path / f"work{suffix}", {f"{n}.py": bytes(range(256)) * 40 for n in range(5)})
    whole = path.read_bytes()
    middle = len(whole) // 3
    flipped = bytes(255 - byte for byte in whole[middle : middle + 600])
    path.write_bytes(
        {
            "empty": b"",
            "text": b"no archive\n" * 99,
            "half": whole[: len(whole) // 2 + 7],
            "flipped": whole[:middle] + flipped + whole[middle + 600 :],
        }[damage]
    )
    if (suffix, damage) == (".tar", "flipped"):
        take(path)  # a plain tar has no checksum of its contents
        return
    with pytest.raises(SubmissionError) as caught:
        take(path)
    assert caught.value.hint


def test_an_encrypted_member_is_refused(tmp_path: Path, take: Take) -> None:
    path = pack(tmp_path / "work.zip", {"a.py": b"x"})
    packed = bytearray(path.read_bytes())
    packed[6] |= 1
    packed[packed.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(packed)
    with pytest.raises(SubmissionError, match="damaged"):
        take(path)


def test_the_second_of_two_members_of_one_name_is_left_out(tmp_path: Path, take: Take) -> None:
    path = pack(tmp_path / "work.tar", FILES)
    with tarfile.open(path, "a") as archive:
        member = tarfile.TarInfo("manage.py")
        member.size = 4
        archive.addfile(member, io.BytesIO(b"evil"))
    taken = take(path)
    assert content(taken) == FILES
    assert "another file has its name" in taken.notices[0]
