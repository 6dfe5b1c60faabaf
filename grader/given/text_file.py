"""Text files that people wrote: read with a limit, as editors and spreadsheets save them, with words for what is none.

UTF-8 with or without a byte order mark, and UTF-16 with one; lines that end as on Unix, Windows or an old Mac.
"""

import codecs
from pathlib import Path

from grader.domain.errors import UsageError_

_AS_UTF_8 = "Save the file as UTF-8 (a spreadsheet calls it “CSV UTF-8”), so that all names survive."
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_text(
    path: Path,
    *,
    largest: int,
    find: str = "Check the path.",
    shorten: str = "Is it the right file?",
    repair: bool = False,
) -> str:
    """The text of the file, at most ``largest`` bytes, with every line ended by one newline and without its mark.

    ``find`` and ``shorten`` are what to do where it cannot be read or is too large. With ``repair`` bytes that are no
    text become U+FFFD, and nothing is refused for them.

    Raises:
        UsageError_: it cannot be read, is too large, is in another encoding, or has a NUL; names the line.
    """
    try:
        with path.open("rb") as file:
            data = file.read(largest + 1)
    except OSError as problem:
        raise UsageError_(f"{path} cannot be read: {problem.strerror}", find) from None
    if len(data) > largest:
        raise UsageError_(f"{path} is larger than {_size(largest)}", shorten)
    text = _repaired(data) if repair else _decoded(path, data)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _repaired(data: bytes) -> str:
    encoding = "utf-16" if data.startswith(_UTF_16) else "utf-8-sig"
    return data.decode(encoding, "replace").replace("\0", "\N{REPLACEMENT CHARACTER}")


def _decoded(path: Path, data: bytes) -> str:
    if data.startswith(_UTF_16):
        try:
            text = data.decode("utf-16")
        except UnicodeDecodeError:
            raise UsageError_(f"{path} begins as UTF-16, and is none to its end", _AS_UTF_8) from None
        _refuse_nul(path, text.encode("utf-8"))
        return text
    _refuse_nul(path, data)  # before the rest: UTF-16 without a mark is full of them
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = _line(data, wrong.start)
        raise UsageError_(f"{path}:{line}: this line is not UTF-8", _AS_UTF_8) from None


def _refuse_nul(path: Path, data: bytes) -> None:
    if (place := data.find(b"\0")) >= 0:
        raise UsageError_(f"{path}:{_line(data, place)}: this line has a NUL, which no text has", _AS_UTF_8)


def _line(data: bytes, place: int) -> int:
    return data.count(b"\n", 0, place) + 1


def _size(size: int) -> str:
    return f"{size >> 20} MB" if size >= 1 << 20 else f"{size >> 10} KB" if size >= 1 << 10 else f"{size} bytes"
