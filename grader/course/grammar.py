"""What a marker line looks like, in the comment sign of a file: matched exactly, with an eye for near misses."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Self

from grader.course.comments import Comment

CHECKPOINTS = range(1, 7)
"""The five modules and the capstone."""

CAPSTONE_CHECKPOINT = CHECKPOINTS[-1]
"""The capstone's own: what stands behind its markers shows in no state of a module."""

LEAK = re.compile(
    rb"\b(?:BEGIN|FILE) (?:SOLUTION|GIVEN|BEFORE) \d"
    rb"|(?:#|//|--|/\*) (?:SOLUTION|GIVEN|BEFORE) 0\d(?= |\r?$)",
    re.MULTILINE,
)
"""What no projected file may contain."""

_WORDS = "SOLUTION|GIVEN|BEFORE"
_NUMBER = f"0[{CHECKPOINTS[0]}-{CHECKPOINTS[-1]}]"


@dataclass(frozen=True, slots=True)
class Mark:
    """A marker: ``kind`` is BEGIN, STUB, END, FILE or TAIL; ``code`` is what stands before a TAIL on its line."""

    kind: str
    word: str = ""
    number: int = 0
    code: str = ""


@dataclass(frozen=True, slots=True)
class Grammar:
    """The marker lines of one comment sign."""

    comment: Comment
    begin: re.Pattern[str]
    tail: re.Pattern[str]
    file: re.Pattern[str]
    suspects: tuple[re.Pattern[str], ...]

    @classmethod
    @cache
    def of(cls, comment: Comment) -> Self:
        """The grammar of a comment sign."""
        opening = re.escape(comment.opening)
        closing = f" {re.escape(comment.closing)}" if comment.closing else ""
        loose = rf"\s*(?:{re.escape(comment.closing)}\s*)?$" if comment.closing else r"\s*$"
        return cls(
            comment,
            begin=re.compile(rf"[ \t]*{opening} BEGIN ({_WORDS}) ({_NUMBER}){closing}"),
            tail=re.compile(rf"(.*\S)  {opening} ({_WORDS}) ({_NUMBER}){closing}"),
            file=re.compile(rf"{opening} FILE (SOLUTION|GIVEN) ({_NUMBER}){closing}"),
            suspects=(
                re.compile(rf"\b(?:BEGIN|FILE) (?:{_WORDS}) \d"),
                re.compile(rf"^\s*{opening}\s*(?:BEGIN|END|STUB)\b"),
                re.compile(rf"{opening}\s*(?:BEGIN|FILE)[ _:-]*(?i:{_WORDS})\b"),
                re.compile(rf"{opening}\s*(?i:(?:BEGIN|FILE)[ _:-]*(?:{_WORDS}))\W*\d"),
                re.compile(rf"{opening}\s*(?:END|STUB){loose}"),
                re.compile(rf"{opening}\s*(?:{_WORDS})\W*\d*{loose}"),
                re.compile(rf"{opening}\s*(?i:{_WORDS})\W*\d+{loose}"),
            ),
        )

    def file_mark(self, line: str) -> Mark | None:
        """The FILE marker that this line is, if it is one."""
        match = self.file.fullmatch(line.rstrip("\r\n"))
        return Mark("FILE", match[1], int(match[2])) if match else None

    def mark(self, line: str) -> Mark | None:
        """The marker that this line is or ends with, if any; a FILE marker is not looked for."""
        text = line.rstrip("\r\n")
        bare = text.lstrip(" \t")
        if bare in (self.comment.write("END"), self.comment.write("STUB")):
            return Mark("END" if bare == self.comment.write("END") else "STUB")
        if match := self.begin.fullmatch(text):
            return Mark("BEGIN", match[1], int(match[2]))
        if match := self.tail.fullmatch(text):
            return Mark("TAIL", match[2], int(match[3]), match[1])
        return None

    def suspect(self, line: str) -> str:
        """What looks like a marker though the line is none, to the end of the line; "" if nothing does."""
        text = line.rstrip("\r\n")
        for pattern in self.suspects:
            if match := pattern.search(text):
                return text[match.start() :].strip()
        return ""

    def remedy(self) -> str:
        """How the markers are written, for the author who got one wrong."""
        block = f"{self.comment.write('BEGIN SOLUTION 02')}, {self.comment.write('STUB')}, {self.comment.write('END')}"
        tail = f"two spaces and {self.comment.write('GIVEN 02')} at the end of a line"
        last = f"0{CHECKPOINTS[-1]}"
        return f"Write {block} (SOLUTION, GIVEN or BEFORE, 01 to {last}), or {tail}; FILE only in the first line."
