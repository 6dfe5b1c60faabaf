"""The trusted side of the reading child: bytes go in, plain values come out, or a sentence about what is wrong."""

import json
import math
from types import TracebackType
from typing import Any, Literal, Self

import msgspec

from grader.reader.launch import Bounds, Child
from grader.reader.values import unpacked

Kind = Literal[
    "toml",
    "yaml",
    "json",
    "lock",
    "compose",
    "startup",
    "ini",
    "imports",
    "requirements",
    "project",
    "uv",
    "pylock",
    "routes",
    "workflow",
]
LARGEST_ANSWER = 8 << 20
_JOBS_CPU_S = 600  # of one child in its whole life; what a single document may take is asked for with it
_SHOWN = 200


class NotReadable(Exception):
    """A document that is none, or takes too much to read.

    ``text`` says what is wrong in a clause, ``line`` where, from one. ``exhausting`` is true where reading it had to be
    stopped: then it is no mistake in a file that a person wrote.
    """

    def __init__(self, text: str, line: int | None = None, *, exhausting: bool = False) -> None:
        super().__init__(text)
        self.text, self.line, self.exhausting = text, line, exhausting


class Reader:
    """A child for some kinds of documents, started at the first of them and anew after one that exhausts it.

    What it answers about one submission may have been made up by another that took the child over: use one for each.
    """

    def __init__(self, *kinds: Kind, wall_s: float = 120.0) -> None:
        self._kinds, self._wall_s = kinds, wall_s
        self._child: Child | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the child; the next document starts another."""
        if self._child is not None:
            self._child.close()
            self._child = None

    def read(self, kind: Kind, *documents: bytes, cpu_s: float = 2.0) -> Any:
        """What the documents say: dictionaries with keys of any plain type, lists, texts, numbers, truths, dates.

        Raises:
            NotReadable: they are not of this kind, or take more than ``cpu_s`` seconds of processor time or too much
                memory to read.
            EnvironmentError_: this machine cannot start the child, or gives it no time.
        """
        child = self._running()
        header = {"kind": kind, "cpu_s": cpu_s, "sizes": [len(document) for document in documents]}
        try:
            child.hurry(self._wall_s)
            child.stdin.write(json.dumps(header).encode() + b"\n" + b"".join(documents))
            child.stdin.flush()
            answer = _answered(child)
        except OSError:
            answer = b""
        if not answer:
            raise self._exhausted(child, cpu_s)
        child.rest()
        return self._value(answer)

    def _running(self) -> Child:
        if self._child is None:
            child = Child("child.py", self._kinds, Bounds(_JOBS_CPU_S, wall_s=self._wall_s))
            child.await_ready()
            self._child = child
        return self._child

    def _exhausted(self, child: Child, cpu_s: float) -> NotReadable:
        try:
            slow = child.ended() == "slow"
        finally:
            self.close()
        took = f"more than {math.ceil(cpu_s)} s" if slow else "more memory than it is worth"
        return NotReadable(f"it takes {took} to read; no file that a person wrote does", exhausting=True)

    def _value(self, answer: bytes) -> Any:
        """The value that an answer holds. It was made from hostile bytes, so every shape of it is checked."""
        try:
            found = msgspec.json.decode(answer, type=dict[str, Any])
            if "ok" in found:
                return unpacked(found["ok"])
            line = found.get("line")
            if isinstance(problem := found.get("problem"), str):
                raise NotReadable(_shown(problem), line if type(line) is int and 0 < line < 1 << 31 else None)
        except (msgspec.DecodeError, ValueError, TypeError, RecursionError, OverflowError):
            pass
        self.close()
        raise NotReadable(
            "it takes more memory than it is worth to read; no file that a person wrote does", exhausting=True
        )


def _shown(text: str) -> str:
    """What may be printed anywhere: one line, and nothing in it that a terminal obeys."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text[:_SHOWN])


def _answered(child: Child) -> bytes:
    """The bytes of an answer; nothing where there is none, or none of a size that is believed."""
    size = int.from_bytes(child.stdout.read(4))
    answer = child.stdout.read(size) if 0 < size <= LARGEST_ANSWER else b""
    return answer if len(answer) == size else b""


def read_once(kind: Kind, *documents: bytes, cpu_s: float = 2.0) -> Any:
    """``Reader.read`` with a child of its own."""
    with Reader(kind) as reader:
        return reader.read(kind, *documents, cpu_s=cpu_s)
