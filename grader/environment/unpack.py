"""Runs inside the sandbox: reads one wheel and writes what is to be installed of it, with bytecode, to a descriptor.

Started by the launcher as ``unpack.py FD WHEEL DISTRIBUTION MOST_FILES MOST_BYTES``. What it writes is a row of
records: kind, length of the name, length of the data, then both. A record of the kind ``REFUSED`` carries a sentence
and ends the row, one of the kind ``DONE`` ends it well. Standard library only; of the wheel nothing is run.
"""

import csv
import hashlib
import importlib.util
import io
import marshal
import os
import re
import struct
import sys
import unicodedata
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

FILE, PROGRAM, BYTECODE, DONE, REFUSED = range(5)
RECORD = struct.Struct(">BHQ")
SUFFIX = f".{sys.implementation.cache_tag}.pyc"
LONGEST_PATH, LONGEST_NAME, DEEPEST = 512, 255, 32
_SEEN_AS = "/deps/"
_LARGEST_TEXT = 8 << 20
_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_UNSOUND = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, OSError, RuntimeError, LookupError, csv.Error)
_LINK, _KIND = 0o120000, 0o170000
_ROOTS = {"purelib": "", "platlib": "", "data": "", "scripts": "bin/"}
_SIGNATURES = ("RECORD", "RECORD.jws", "RECORD.p7s")


class Refused(Exception):
    """The wheel is not one to install; the message says what is wrong with it."""


class Entry(NamedTuple):
    """A file of the wheel, and where in the folder of packages it belongs."""

    info: zipfile.ZipInfo
    path: str
    program: bool


def main() -> None:
    """Writes the records; whatever the wheel does to this process ends as a refusal or a silence."""
    fd, wheel, distribution, most_files, most_bytes = sys.argv[1:]
    warnings.simplefilter("ignore")
    with os.fdopen(int(fd), "wb", buffering=1 << 20) as out:
        try:
            with zipfile.ZipFile(wheel) as archive:
                write(archive, distribution, out, int(most_files), int(most_bytes))
            _put(out, DONE, "", b"")
        except Refused as refused:
            _put(out, REFUSED, "", str(refused).encode("utf-8", "replace"))
        except MemoryError:
            _put(out, REFUSED, "", b"it takes more memory to unpack and to compile than any package may")
        except (
            zipfile.BadZipFile,
            EOFError,
            ValueError,
            NotImplementedError,
            OSError,
            RuntimeError,
            LookupError,
        ) as bad:
            reason = f"it is not a sound wheel ({type(bad).__name__}: {str(bad)[:80]!r})"
            _put(out, REFUSED, "", reason.encode("utf-8", "replace"))


def write(archive: zipfile.ZipFile, distribution: str, out: BinaryIO, most_files: int, most_bytes: int) -> None:
    """All records of a wheel but the last."""
    infos = [info for info in archive.infolist() if not info.is_dir()]
    if len(infos) > most_files:
        raise Refused(f"it holds {len(infos):,} files, more than {most_files:,}")
    if (size := sum(info.file_size for info in infos)) > most_bytes:
        raise Refused(f"it unpacks to {size >> 20:,} MB, more than {most_bytes >> 20:,}")
    stem = _stem(infos, distribution)
    hashes = _hashes(archive, f"{stem}.dist-info/RECORD")
    taken: dict[str, str] = {}
    for entry in entries(infos, stem):
        _take(entry.path, taken)
        data = archive.read(entry.info)
        _check(entry.info.filename, data, hashes)
        _put_file(out, entry, data)
    for name, text in _scripts(archive, stem).items():
        if _key(f"bin/{name}") not in taken:
            _put(out, PROGRAM, f"bin/{name}", text.encode())


def entries(infos: list[zipfile.ZipInfo], stem: str) -> Iterator[Entry]:
    """Each file that is to be installed, in the wheel's order; ``Refused`` for one that would leave its folder."""
    for info in infos:
        mode = info.external_attr >> 16
        if mode & _KIND == _LINK:
            raise Refused(f"{_shown(info.filename)} is a symbolic link")
        if mode & _KIND not in (0, 0o100000):
            raise Refused(f"{_shown(info.filename)} is not an ordinary file")
        if info.flag_bits & 0x1 or info.compress_type not in _COMPRESSIONS:
            raise Refused(f"{_shown(info.filename)} is encrypted or compressed in an unusual way")
        check_path(info.orig_filename)
        path, program = info.filename, bool(mode & 0o111)
        if path.startswith(f"{stem}.data/"):
            kind, _, rest = path[len(stem) + 6 :].partition("/")
            if kind == "headers":
                continue
            if kind not in _ROOTS or not rest:
                raise Refused(f"{_shown(path)} belongs to no place that a package may install to")
            path, program = _ROOTS[kind] + rest, program or kind == "scripts"
        if "__pycache__" not in path.split("/"):
            yield Entry(info, path, program)


def check_path(path: str) -> None:
    """``Refused`` for a name that is not one of a file below the folder of packages."""
    parts = path.split("/")
    if path.startswith("/") or "\\" in path or ".." in parts:
        raise Refused(f"{_shown(path)} leads out of the folder of packages")
    plain = path.isprintable() and all(part not in ("", ".") for part in parts)
    longest = max(len(part.encode("utf-8", "surrogatepass")) for part in parts)
    if not plain or len(path.encode("utf-8", "surrogatepass")) > LONGEST_PATH or longest > LONGEST_NAME - len(SUFFIX):
        raise Refused(f"{_shown(path)} is no name for a file")
    if len(parts) > DEEPEST:
        raise Refused(f"{_shown(path)} lies more than {DEEPEST} folders deep")


def _take(path: str, taken: dict[str, str]) -> None:
    """Notes a file and the folders above it, each by its name where case does not count; ``Refused`` for a twin.

    A folder ends in a slash, and may be noted as often as one likes.
    """
    parts = path.split("/")
    above = ["/".join(parts[:count]) + "/" for count in range(1, len(parts))]
    for one in (*above, path):
        other = taken.setdefault(_key(one), one)
        if other != one or (one is path and f"\0{path}" in taken):
            raise Refused(f"{_shown(path)} and {_shown(other)} are one name to a system where case does not count")
    taken[f"\0{path}"] = path


def _key(path: str) -> str:
    return unicodedata.normalize("NFC", path.rstrip("/")).casefold()


def _stem(infos: list[zipfile.ZipInfo], distribution: str) -> str:
    """The ``name-version`` that the wheel's folders are called by."""
    found = {name for info in infos if (name := info.filename.split("/")[0]).endswith(".dist-info")}
    if len(found) != 1:
        raise Refused(f"it has {len(found)} folders of metadata instead of one")
    stem = found.pop().removesuffix(".dist-info")
    if re.sub(r"[-_.]+", "-", stem.split("-")[0]).lower() != distribution:
        raise Refused(f"its metadata is that of {_shown(stem)}")
    return stem


def _hashes(archive: zipfile.ZipFile, path: str) -> dict[str, str]:
    """What RECORD says of each file: ``algorithm=digest``, which may be empty."""
    text = _text(archive, path)
    if text is None:
        raise Refused("it has no RECORD of its files")
    return {row[0]: row[1] for row in csv.reader(io.StringIO(text)) if len(row) == 3}


def _check(name: str, data: bytes, hashes: dict[str, str]) -> None:
    """``Refused`` if RECORD gives the file another hash. One that it does not list is as the lock's own hash has it."""
    algorithm, _, digest = hashes.get(name, "").partition("=")
    if not digest or name.rsplit("/", 1)[-1] in _SIGNATURES:
        return
    if algorithm not in ("sha256", "sha384", "sha512"):
        raise Refused(f"RECORD gives {_shown(name)} a hash that proves nothing")
    import base64

    found = base64.urlsafe_b64encode(hashlib.new(algorithm, data).digest()).rstrip(b"=").decode()
    if found != digest.rstrip("="):
        raise Refused(f"RECORD lies about {_shown(name)}: its hash is another one")


def _scripts(archive: zipfile.ZipFile, stem: str) -> dict[str, str]:
    """The commands that the package declares, for a Python that is found by its name."""
    sys.path.insert(0, str(Path(__file__).parent))
    from poetry_shell import scripts  # type: ignore[import-not-found,unused-ignore]

    text = _text(archive, f"{stem}.dist-info/entry_points.txt")
    found: dict[str, str] = scripts(text, "/usr/bin/env python3") if text else {}
    return found


def _text(archive: zipfile.ZipFile, path: str) -> str | None:
    """A text of the wheel, ``None`` if it has no such file."""
    try:
        info = archive.getinfo(path)
    except KeyError:
        return None
    if info.file_size > _LARGEST_TEXT:
        raise Refused(f"{_shown(path)} is larger than {_LARGEST_TEXT >> 20} MB")
    return archive.read(info).decode("utf-8", "replace")


def _put_file(out: BinaryIO, entry: Entry, data: bytes) -> None:
    """The record of a file, and of its bytecode where it is a module that compiles."""
    if entry.path.startswith("bin/") and data.startswith(b"#!python"):
        data = b"#!/usr/bin/env python3" + data[data.find(b"\n") if b"\n" in data else len(data) :]
    _put(out, PROGRAM if entry.program else FILE, entry.path, data)
    folder, _, name = entry.path.rpartition("/")
    if name.endswith(".py") and name[:-3].isidentifier() and (bytecode := _compiled(entry.path, data)) is not None:
        _put(out, BYTECODE, f"{folder}/__pycache__/{name[:-3]}{SUFFIX}".lstrip("/"), bytecode)


def _compiled(path: str, source: bytes) -> bytes | None:
    """Bytecode that is not checked against its source again, by PEP 552; ``None`` if it is for another Python."""
    try:
        code = compile(source, _SEEN_AS + path, "exec", dont_inherit=True, optimize=0)
    except MemoryError:
        raise Refused(f"{_shown(path)} takes more memory to compile than any module may") from None
    except (SyntaxError, ValueError, RecursionError, OverflowError):
        return None
    head = importlib.util.MAGIC_NUMBER + (1).to_bytes(4, "little") + importlib.util.source_hash(source)
    return head + marshal.dumps(code)


def _put(out: BinaryIO, kind: int, name: str, data: bytes) -> None:
    encoded = name.encode("utf-8", "surrogatepass")
    out.write(RECORD.pack(kind, len(encoded), len(data)) + encoded)
    out.write(data)


def _shown(path: str) -> str:
    return repr(path if len(path) <= 80 else path[:77] + "...")


if __name__ == "__main__":
    main()
