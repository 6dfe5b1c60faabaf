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
def test_a_bomb_is_left_out_for_what_it_unpacks_to(tmp_path: Path, take: Take, suffix: str) -> None:
    path = pack(tmp_path / f"work{suffix}", FILES | {"bomb": bytes(6 << 20)})
    taken = take(path)
    assert content(taken) == FILES
    assert taken.notices == ("bomb was left out: it is larger than 1 MB.",)


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
    with pytest.raises(SubmissionError, match=r"more than 60 files and folders; most of them lie in \.venv/"):
        take(pack(tmp_path / f"work{suffix}", {f".venv/{number}": b"" for number in range(500)}))


@pytest.mark.parametrize("suffix", [".zip", ".tar"])
def test_the_folder_of_a_flood_is_named_by_what_may_be_printed(tmp_path: Path, take: Take, suffix: str) -> None:
    flood = {f"\x1b[31m{'x' * 200}/deep/er/{number}": b"" for number in range(500)}
    with pytest.raises(SubmissionError) as caught:
        take(pack(tmp_path / f"work{suffix}", flood))
    assert "60 files and folders; most of them lie in \N{REPLACEMENT CHARACTER}[31mxxx" in caught.value.message
    assert caught.value.message.isprintable()
    assert len(caught.value.message) < 200


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("damage", ["empty", "text", "half", "flipped"])
def test_a_damaged_archive_is_refused_with_a_hint(tmp_path: Path, take: Take, suffix: str, damage: str) -> None:
    path = pack(tmp_path / f"work{suffix}", {f"{n}.py": bytes(range(256)) * 40 for n in range(5)} | FILES)
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


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_zip_packed_in_an_unbounded_way_is_refused_unread(tmp_path: Path, take: Take, method: int) -> None:
    """Of these the library unpacks all that it has read, whatever size the entry names and the caller asks for."""
    path = tmp_path / "work.zip"
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("manage.py", bytes(1 << 19))
    with pytest.raises(SubmissionError, match="unusual way"):
        take(path)


def _extended(path: Path, body: bytes) -> Path:
    """A tar whose one file has an extended header of this content."""
    header, member = tarfile.TarInfo("x"), tarfile.TarInfo("manage.py")
    header.type, header.size = tarfile.XHDTYPE, len(body)
    with gzip.open(path, "wb") as file:
        file.write(header.tobuf() + body + bytes(-len(body) % 512) + member.tobuf() + bytes(1024))
    return path


@pytest.mark.parametrize(
    "body",
    [
        b"".join(b"16 k%08d=1\n" % number for number in range(300_000)),  # a table of as many entries
        b"1" * 100_000,  # searched for a length from every digit on
    ],
    ids=["records", "digits"],
)
def test_a_header_made_to_exhaust_its_reader_is_refused(tmp_path: Path, take: Take, body: bytes) -> None:
    start = time.monotonic()
    with pytest.raises(SubmissionError, match="out of all proportion"):
        take(_extended(tmp_path / "work.tgz", body))
    assert time.monotonic() - start < 5


def test_an_ordinary_extended_header_is_read(tmp_path: Path, take: Take) -> None:
    name = "täst_" + "x" * 120 + ".py"
    assert set(content(take(pack(tmp_path / "work.tar", FILES | {name: b""})))) == {*FILES, name}


def test_sizes_that_lead_backwards_end(tmp_path: Path, take: Take) -> None:
    header = bytearray(tarfile.TarInfo("manage.py").tobuf(tarfile.GNU_FORMAT))
    header[124:136] = b"\xff" * 10 + b"\xfe\x00"
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    path = tmp_path / "work.tar"
    path.write_bytes(tarfile.TarInfo("a.py").tobuf() + bytes(header) + bytes(1024))
    with pytest.raises(SubmissionError, match="damaged"):
        take(path)


def test_an_encrypted_member_is_refused(tmp_path: Path, take: Take) -> None:
    path = pack(tmp_path / "work.zip", {"manage.py": b"x"})
    packed = bytearray(path.read_bytes())
    packed[6] |= 1
    packed[packed.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(packed)
    with pytest.raises(SubmissionError, match="locked with a password"):
        take(path)


def test_of_two_members_of_one_name_the_later_counts_as_when_it_is_unpacked(tmp_path: Path, take: Take) -> None:
    path = pack(tmp_path / "work.tar", FILES)
    with tarfile.open(path, "a") as archive:
        member = tarfile.TarInfo("manage.py")
        member.size = 5
        archive.addfile(member, io.BytesIO(b"newer"))
    assert content(take(path)) == FILES | {"manage.py": b"newer"}
