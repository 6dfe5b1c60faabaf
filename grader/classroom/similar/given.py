"""What the course gives everybody: code that two submissions share without anybody having copied."""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import msgspec

from grader.classroom.similar.tokens import read_tokens
from grader.classroom.similar.winnowing import grams
from grader.domain.errors import UsageError_

_MOST_WORDS = 1_000_000  # of one file


class _Packed(msgspec.Struct, array_like=True):
    files: list[bytes]
    grams: bytes


@dataclass(frozen=True, slots=True)
class Given:
    """``files`` are hashes of whole files, by ``file_hash``; ``grams`` are all k-grams of their words."""

    files: frozenset[bytes] = frozenset()
    grams: frozenset[int] = frozenset()

    def packed(self) -> bytes:
        """As bytes, for another process."""
        return msgspec.msgpack.encode(_Packed(sorted(self.files), array("Q", sorted(self.grams)).tobytes()))

    @classmethod
    def unpacked(cls, data: bytes) -> "Given":
        """What ``packed`` made bytes of."""
        found = msgspec.msgpack.decode(data, type=_Packed)
        numbers = array("Q")
        numbers.frombytes(found.grams)
        return cls(frozenset(found.files), frozenset(numbers))


def file_hash(data: bytes) -> bytes:
    """A file by its bytes."""
    return blake2b(data, digest_size=16).digest()


def given_in(folders: Iterable[Path]) -> Given:
    """What these folders give: the course's own files, or a teacher's, which are read as they lie there.

    Raises:
        UsageError_: there is no such folder, or it has no Python files.
    """
    files: set[bytes] = set()
    found: set[int] = set()
    for folder in folders:
        paths = sorted(p for p in folder.rglob("*.py") if p.is_file()) if folder.is_dir() else []
        if not paths:
            raise UsageError_(f"{folder} has no Python files", "Name a folder with code that everybody was given.")
        for path in paths:
            data = path.read_bytes()
            files.add(file_hash(data))
            found.update(grams(read_tokens(data.decode("utf-8", "replace"), _MOST_WORDS).words))
    return Given(frozenset(files), frozenset(found))
