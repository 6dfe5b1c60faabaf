"""Texts as editors, spreadsheets and shells save them, and files that are none."""

import codecs
from pathlib import Path

import pytest

from grader.domain.errors import UsageError_
from grader.given.text_file import read_text

TEXT = "id,name\n1,Zoë 山田\n"


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        TEXT.replace("\n", "\r\n").encode(),
        TEXT.replace("\n", "\r").encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.replace("\n", "\r\n").encode("utf-8-sig"),
        TEXT.encode("utf-16"),
        codecs.BOM_UTF16_BE + TEXT.replace("\n", "\r\n").encode("utf-16-be"),
    ],
    ids=["Unix", "CRLF", "CR", "byte order mark", "mark and CRLF", "UTF-16", "UTF-16, big end first, CRLF"],
)
@pytest.mark.parametrize("repair", [False, True], ids=["strict", "repairing"])
def test_the_text_is_the_same_however_it_was_saved(tmp_path: Path, data: bytes, repair: bool) -> None:
    path = tmp_path / "roster.csv"
    path.write_bytes(data)
    assert read_text(path, largest=100, repair=repair) == TEXT


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"one\ntwo\nZo\xeb\n", ":3: this line is not UTF-8"),
        (b"\xef\xbb\xbfZo\xeb\n", ":1: this line is not UTF-8"),
        (b"one\r\nt\0o\r\n", ":2: this line has a NUL, which no text has"),
        (TEXT.encode("utf-16-le"), ":1: this line has a NUL, which no text has"),
        (codecs.BOM_UTF32_LE + TEXT.encode("utf-32-le"), ":1: this line has a NUL, which no text has"),
        (b"\xff\xfea\0b", " begins as UTF-16, and is none to its end"),
        (b"\xff\xfe\x00\xd8", " begins as UTF-16, and is none to its end"),
    ],
    ids=["Latin-1", "Latin-1 after a mark", "NUL", "UTF-16 without mark", "UTF-32", "half a character", "half a pair"],
)
def test_what_is_no_text_is_named_with_its_line(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "roster.csv"
    path.write_bytes(data)
    with pytest.raises(UsageError_) as told:
        read_text(path, largest=100)
    assert told.value.message == f"{path}{said}"
    assert "UTF-8" in told.value.hint
    repaired = read_text(path, largest=100, repair=True)
    assert "\N{REPLACEMENT CHARACTER}" in repaired
    assert "\0" not in repaired


@pytest.mark.parametrize(
    ("largest", "said"), [(10, "10 bytes"), (2 << 10, "2 KB"), (1 << 20, "1 MB"), (16 << 20, "16 MB")]
)
def test_no_more_is_read_than_is_allowed(tmp_path: Path, largest: int, said: str) -> None:
    path = tmp_path / "roster.csv"
    path.write_bytes(b"x" * largest)
    assert len(read_text(path, largest=largest)) == largest
    path.write_bytes(b"x" * (largest + 1))
    with pytest.raises(UsageError_, match=f"is larger than {said}$") as told:
        read_text(path, largest=largest, shorten="Leave the pictures out.")
    assert told.value.hint == "Leave the pictures out."
    with pytest.raises(UsageError_, match="is larger than"):
        read_text(path, largest=largest, repair=True)


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    for path, said in ((tmp_path, "Is a directory"), (tmp_path / "none", "No such file or directory")):
        with pytest.raises(UsageError_) as told:
            read_text(path, largest=10, find="Name its file.")
        assert told.value.message == f"{path} cannot be read: {said}"
        assert told.value.hint == "Name its file."
