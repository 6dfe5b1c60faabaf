"""What is kept of a submission to compare it: its Python files with their fingerprints, as one packed file."""

import zlib
from array import array
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Self

import msgspec

_QUICKLY = 1  # the level of compression
_LARGEST = 256 << 20  # unpacked: of 4 MB of text, its words and their fingerprints there is less


class Source(msgspec.Struct, frozen=True, array_like=True):
    """A file that is not as the course gave it.

    Of each of its words ``lines`` has the line (32 bits each) and ``given`` a byte: 1 where it is a part of what was
    given. Of each fingerprint ``hashes`` (64 bits) and ``places`` (32 bits), the word that it begins with.
    """

    path: str
    text: str
    lines: bytes
    given: bytes
    hashes: bytes
    places: bytes

    @classmethod
    def of(cls, path: str, text: str, lines: "array[int]", given: bytes, found: Iterable[tuple[int, int]]) -> Self:
        """The file as it is packed; ``found`` are its fingerprints with their places."""
        hashes, places = array("Q"), array("I")
        for value, place in found:
            hashes.append(value)
            places.append(place)
        return cls(path, text, lines.tobytes(), given, hashes.tobytes(), places.tobytes())

    def fingerprints(self) -> Iterator[tuple[int, int]]:
        """Each with its place, in order."""
        return zip(_numbers("Q", self.hashes), _numbers("I", self.places), strict=True)

    def line_of(self) -> "array[int]":
        """The line of each word."""
        return _numbers("I", self.lines)


class Body(msgspec.Struct, frozen=True, array_like=True):
    """A submission: the files that have words of its own, how many those are, and what was left out, in sentences."""

    files: tuple[Source, ...]
    words: int
    notes: tuple[str, ...] = ()

    def hashes(self) -> set[int]:
        """All of its fingerprints."""
        return {value for file in self.files for value in _numbers("Q", file.hashes)}


def _numbers(kind: str, data: bytes) -> "array[int]":
    found: array[int] = array(kind)
    found.frombytes(data)
    return found


def pack(body: Body) -> bytes:
    """The body as bytes."""
    return zlib.compress(msgspec.msgpack.encode(body), _QUICKLY)


def unpack(data: bytes) -> Body:
    """What ``pack`` made bytes of. Raises ``ValueError`` for anything else."""
    opened = zlib.decompressobj()
    try:
        plain = opened.decompress(data, _LARGEST)
    except zlib.error as problem:
        raise ValueError(str(problem)) from None
    return msgspec.msgpack.decode(plain, type=Body)


def load(path: Path) -> Body:
    """The body in a file. Raises ``OSError`` and ``ValueError``."""
    return unpack(path.read_bytes())
