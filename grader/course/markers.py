"""The markers by which one source file holds every state of the application: parse them, and project one state.

``SOLUTION 02`` shows from solution 02 on, ``GIVEN 02`` from starter 02 on, ``BEFORE 02`` up to solution 01.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal

from grader.course.comments import Comment, comment_of
from grader.course.grammar import Grammar, Mark
from grader.domain.course import State
from grader.domain.errors import CourseError

Word = Literal["SOLUTION", "GIVEN", "BEFORE"]


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it is written, with its end."""

    text: str


@dataclass(frozen=True, slots=True)
class Block:
    """What shows in some states only; ``stub`` stands in for a solution in the starter that asks for it.

    The lines of a stub and of a ``BEFORE`` block are held uncommented.
    """

    word: str
    number: int
    body: "tuple[Node, ...]"
    stub: tuple[Line, ...] = ()


Node = Line | Block


@dataclass(frozen=True, slots=True)
class Source:
    """A parsed file. ``whole`` is its FILE marker, if it has one; ``marked`` says whether it has any marker at all."""

    nodes: tuple[Node, ...]
    whole: Mark | None
    marked: bool


def shows(word: str, number: int, state: State) -> bool:
    """Whether what carries this marker is there in that state."""
    match word:
        case "SOLUTION":
            return state >= State(number, True)
        case "GIVEN":
            return state >= State(number, False)
        case _:
            return state.checkpoint < number


def project(path: str, content: bytes, state: State) -> bytes | None:
    """The file as it is in a state, without any marker; ``None`` if it is not there in that state.

    A file that has no markers, or is of a kind that cannot have any, comes back byte for byte.

    Raises:
        CourseError: a marker is malformed, badly nested or left open; names the file and the line.
    """
    comment = comment_of(path)
    if comment is None or b"\0" in content:
        return content
    source = parse(path, content.decode("utf-8", "surrogateescape"), comment)
    if not source.marked:
        return content
    if source.whole and not shows(source.whole.word, source.whole.number, state):
        return None
    return "".join(_joined(_pieces(source.nodes, state))).encode("utf-8", "surrogateescape")


def has_markers(path: str, content: bytes) -> bool:
    """Whether any state of the file differs from how it is written."""
    comment = comment_of(path)
    if comment is None or b"\0" in content:
        return False
    return parse(path, content.decode("utf-8", "surrogateescape"), comment).marked


@cache
def parse(path: str, text: str, comment: Comment) -> Source:
    """Read the markers of a file.

    Raises:
        CourseError: see ``project``.
    """
    return _Parser(path, text, Grammar.of(comment)).source()


_Cut = None
"""Stands where something was left out, so that blank lines around it can close up."""


def _pieces(nodes: tuple[Node, ...], state: State) -> Iterator[str | None]:
    for node in nodes:
        match node:
            case Line(text):
                yield text
            case Block(word, number, body, stub):
                yield _Cut
                if shows(word, number, state):
                    yield from _pieces(body, state)
                elif stub and state == State(number, False):
                    yield from _pieces(stub, state)
                yield _Cut


def _joined(pieces: Iterator[str | None]) -> list[str]:
    """The lines, with no blank lines at a cut that has some on its other side, or nothing."""
    out: list[str] = []
    after_cut = True
    for piece in pieces:
        if piece is _Cut:
            after_cut = True
        elif piece.strip() or not (after_cut and (not out or not out[-1].strip())):
            out.append(piece)
            after_cut = False
    while after_cut and out and not out[-1].strip():
        out.pop()
    return out


class _Parser:
    """A walk over the lines of one file, blocks by recursion."""

    def __init__(self, path: str, text: str, grammar: Grammar) -> None:
        self.path = path
        self.lines = [line for line in _lines(text) if line]
        self.grammar = grammar
        self.at = 0
        self.opened: list[int] = []
        self.marked = False

    def source(self) -> Source:
        whole = self._whole()
        nodes = self._until(frozenset(), whole.number if whole else 0)
        return Source(nodes, whole, self.marked)

    def _whole(self) -> Mark | None:
        """The FILE marker: on the first line, or the second below a ``#!`` line."""
        first = 1 if self.lines and self.lines[0].startswith("#!") else 0
        if first >= len(self.lines):
            return None
        mark = self.grammar.file_mark(self.lines[first])
        if mark is not None:
            del self.lines[first]
            self.lines[first:first] = [""]  # an empty stand-in keeps the numbers of the lines right
            self.marked = True
        return mark

    def _until(self, closing: frozenset[str], number: int) -> tuple[Node, ...]:
        """The nodes up to a line of one of the kinds ``closing``, which is not consumed, or to the file's end."""
        nodes: list[Node] = []
        while self.at < len(self.lines):
            mark = self._mark()
            if mark is not None and mark.kind in closing:
                break
            nodes.append(self._node(mark, number))
        return tuple(nodes)

    def _node(self, mark: Mark | None, number: int) -> Node:
        line = self.lines[self.at]
        if mark is None:
            self.at += 1
            return Line(line)
        self.marked = True
        if mark.kind in ("END", "STUB"):
            raise self._error(f"{mark.kind} without a BEGIN", "Open the block with BEGIN, or delete this line.")
        if mark.number < number:
            raise self._error(
                f"{mark.word} {mark.number:02d} stands inside a block of the later checkpoint {number:02d}",
                "Nest only to the same or a later checkpoint: close the outer block first.",
            )
        return self._tail(mark) if mark.kind == "TAIL" else self._block(mark)

    def _tail(self, mark: Mark) -> Block:
        text = mark.code
        if mark.word == "BEFORE":
            text = self._uncommented(mark.code, "a line with a BEFORE tail")
        ending = self.lines[self.at][len(self.lines[self.at].rstrip("\r\n")) :]
        self.at += 1
        return Block(mark.word, mark.number, (Line(text + ending),))

    def _block(self, mark: Mark) -> Block:
        opened = self.at
        self.opened.append(opened)
        self.at += 1
        if mark.word == "SOLUTION":
            body: tuple[Node, ...] = self._until(frozenset({"END", "STUB"}), mark.number)
            stub = self._stub(mark) if self._kind() == "STUB" else ()
        elif mark.word == "GIVEN":
            body, stub = self._until(frozenset({"END"}), mark.number), ()
        else:
            body, stub = self._commented("a BEFORE block"), ()
        end = self.grammar.comment.write("END")
        if self._kind() != "END":
            self.at = opened
            raise self._error(f"{self._written(opened)} is not closed", f"Write {end!r} below it.")
        if _indent(self.lines[self.at]) != _indent(self.lines[opened]):
            closing, self.at = self.at + 1, opened
            raise self._error(
                f"{self._written(opened)} is not closed: the next END, in line {closing}, is indented otherwise",
                f"Write {end!r} below it, as far to the right as it.",
            )
        self.at += 1
        self.opened.pop()
        return Block(mark.word, mark.number, body, stub)

    def _written(self, at: int) -> str:
        return self.lines[at].strip()

    def _stub(self, mark: Mark) -> tuple[Line, ...]:
        opened = self.at
        self.at += 1
        stub = self._commented("a stub")
        todo = f"TODO({mark.number:02d})"
        todo_at = next((n for n, line in enumerate(stub) if todo in line.text), None)
        if todo_at is None:
            self.at = opened
            raise self._error(f"this stub has no {todo}", f"Say in the stub what is to be built: {todo}: …")
        sign = self.grammar.comment.opening
        if not self.grammar.comment.closing and sign not in stub[todo_at].text.partition(todo)[0]:
            self.at = opened + 1 + todo_at
            raise self._error(
                f"this {todo} would stand in the starter as code",
                f"The stub loses one comment sign: write {sign} {sign} {todo}: …",
            )
        return stub

    def _commented(self, what: str) -> tuple[Line, ...]:
        """The lines up to the next END, uncommented."""
        lines: list[Line] = []
        while self.at < len(self.lines) and (mark := self._mark()) != Mark("END"):
            if mark is not None:
                raise self._error(f"a marker inside {what}", f"Only comments may stand in {what}: close it before.")
            lines.append(Line(self._uncommented(self.lines[self.at], what)))
            self.at += 1
        return tuple(lines)

    def _uncommented(self, line: str, what: str) -> str:
        text = self.grammar.comment.uncomment(line)
        if text is None:
            sign = self.grammar.comment.write("…")
            begin = f", or close {self._written(self.opened[-1])} before it" if self.opened else ""
            raise self._error(f"{what} has a line that is not a comment", f"Comment it out: {sign}{begin}.")
        return text

    def _kind(self) -> str:
        mark = self._mark() if self.at < len(self.lines) else None
        return mark.kind if mark else ""

    def _mark(self) -> Mark | None:
        line = self.lines[self.at]
        mark = self.grammar.mark(line)
        if mark is None and (wrong := self.grammar.suspect(line)):
            raise self._error(f"this looks like a marker but is none: {wrong}", self.grammar.remedy())
        return mark

    def _error(self, message: str, hint: str) -> CourseError:
        return CourseError(f"{self.path}:{self.at + 1}: {message}", hint)


def _lines(text: str) -> list[str]:
    """The lines with their ends; only a line feed ends one."""
    parts = text.split("\n")
    return [part + "\n" for part in parts[:-1]] + [parts[-1]]


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" \t"))]
