"""A review as it lies in a file: its parts, what was written in each, and what does not belong there."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from grader.domain.errors import UsageError_
from grader.given.text_file import read_text
from grader.review.form import FORM, KEYS, REVIEWER, SEAL, Written, digest
from grader.review.nouns import Problem, Subject

LARGEST = 1 << 20  # bytes
_SHORTER = "Link to pictures and logs; do not paste them."
_FIRST = re.compile(rf"^\s*<!-- {re.escape(FORM)}:((?: [a-z0-9.-]+)+) -->\s*$")
_FENCE = re.compile(r"^\s*(?:[-*+]\s+)?(`{3,}|~{3,})")
_KEY = re.compile(rf"^ {{0,3}}[-*+]\s+[*_]*({'|'.join(KEYS)})[*_]*\s*:[*_]*\s*(.*)$", re.IGNORECASE)
_SUBJECT = re.compile(r"^\s*[-*+]\s+(Assignment|Submission|Tree):(.*)$")
_NEW = "`grader review new … --from {path}` writes a whole form again, and keeps what you wrote."


@dataclass
class Part:
    """The part of one item. ``lines`` are those of verdict, evidence and comment, 0 where there is none."""

    line: int
    written: Written = field(default_factory=Written)
    lines: dict[str, int] = field(default_factory=dict)


@dataclass
class Raw:
    """What a file holds. ``stray`` are lines with text that stand where no words of a reviewer belong."""

    path: Path
    subject: Subject
    reviewer: str
    reviewer_line: int
    items: tuple[str, ...]
    sentences: Mapping[str, str]
    parts: dict[str, Part]
    problems: list[Problem]
    stray: list[tuple[int, str]]
    last_line: int


def read_raw(path: Path) -> Raw:
    """The file, taken apart.

    Raises:
        UsageError_: it cannot be read, is no text, or is no review.
    """
    text = read_text(path, largest=LARGEST, find="Name the file of a review.", shorten=_SHORTER)
    lines = text.split("\n")
    first = next((index for index, line in enumerate(lines) if _FIRST.match(line)), None)
    if first is None:
        raise UsageError_(
            f"{path}:1: this is no review: the line that every form begins with, `<!-- {FORM}: …`, is not there",
            "Put it back as it was, or begin a form by `grader review new` and copy your words into it.",
        )
    opening = _FIRST.match(lines[first])
    items = tuple(opening[1].split()) if opening else ()
    fenced, problems = _fences(path, lines)
    headings = [i for i, line in enumerate(lines) if i > first and not fenced[i] and _is_heading(line)]
    ends = [*headings, len(lines)]
    raw = Raw(path, Subject("", "", ""), "", 0, items, {}, {}, problems, [], len(lines))
    raw.stray += [(i + 1, line) for i, line in enumerate(lines[:first]) if line.strip()]
    _head(raw, lines, first, ends[0])
    sentences: dict[str, str] = {}
    for start, end in zip(headings, ends[1:], strict=True):
        _section(raw, lines, start, end, sentences)
    raw.sentences = sentences
    return raw


def _fences(path: Path, lines: list[str]) -> tuple[list[bool], list[Problem]]:
    """Which lines stand in a block of code. One that never ends is a problem, and counts as none."""
    inside, at, problems = [False] * len(lines), 0, list[Problem]()
    while at < len(lines):
        opened = None if problems else _FENCE.match(lines[at])
        if opened:
            end = next((i for i in range(at + 1, len(lines)) if _closes(lines[i], opened[1])), None)
            if end is None:  # what looks like one after it may be none: the first is what there is to mend
                message, remedy = "the block of code that begins here never ends", f"Write {opened[1]} below its end."
                problems.append(Problem(path, at + 1, message, remedy))
            else:
                inside[at : end + 1] = [True] * (end + 1 - at)
                at = end
        at += 1
    return inside, problems


def _is_heading(line: str) -> bool:
    """Whether it begins a part: a heading of the second level."""
    return line.startswith("##") and (len(line) == 2 or line[2].isspace())


def _closes(line: str, fence: str) -> bool:
    stripped = line.strip()
    return stripped.startswith(fence) and not stripped.strip(fence[0])


def _head(raw: Raw, lines: list[str], first: int, end: int) -> None:
    found: dict[str, str] = {}
    for index in range(first, end):
        line = lines[index]
        if known := _SUBJECT.match(line):
            found.setdefault(known[1].lower(), known[2].strip("` "))
        elif line.strip().startswith(REVIEWER) and not raw.reviewer_line:
            raw.reviewer_line = index + 1
            raw.reviewer = " ".join(line.strip().removeprefix(REVIEWER).split()).strip("*_`")
    raw.subject = Subject(found.get("assignment", ""), found.get("submission", ""), found.get("tree", ""))
    sealed = _seal(raw, lines, first, end, "the head of the form")
    raw.stray += [(i + 1, lines[i]) for i in range(sealed + 1, end) if lines[i].strip()]


def _section(raw: Raw, lines: list[str], start: int, end: int, sentences: dict[str, str]) -> None:
    name = lines[start].strip("#*_` \t")
    if name not in raw.items:
        remedy = "In a comment, begin a heading with ###. If it was an item's, put its id back."
        raw.problems.append(Problem(raw.path, start + 1, f"“{lines[start].strip()}” is no item of this review", remedy))
        raw.stray += [(i + 1, lines[i]) for i in range(start, end) if lines[i].strip()]
        return
    if name in raw.parts:
        message = f"{name} is here a second time; the first is at line {raw.parts[name].line}"
        raw.problems.append(Problem(raw.path, start + 1, message, "Bring both together in one, and delete the other."))
        raw.stray += [(i + 1, lines[i]) for i in range(start, end) if lines[i].strip()]
        return
    sealed = _seal(raw, lines, start, end, f"what the machine wrote of {name}")
    said = next((line.strip() for line in lines[start + 1 : sealed] if line.strip()), "")
    sentences[name] = said.strip("* .")
    raw.parts[name] = _part(raw, name, lines, start, sealed, end)


def _seal(raw: Raw, lines: list[str], start: int, end: int, what: str) -> int:
    """Where the machine's lines end; says if they are not as they were."""
    at = next((i for i in range(start, end) if SEAL.match(lines[i])), None)
    again = _NEW.format(path=raw.path)
    if at is None:
        message = f"the line below {what} is gone: `<!-- as the machine wrote it: … -->`"
        raw.problems.append(Problem(raw.path, start + 1, message, f"Put it back: {again}"))
        keyed = next((i for i in range(start, end) if _KEY.match(lines[i])), None)
        if keyed is None and _is_heading(lines[start]):  # in the head nobody was asked for words
            raw.stray += [(i + 1, lines[i]) for i in range(start + 1, end) if lines[i].strip()]
        return (keyed or end) - 1
    seal = SEAL.match(lines[at])
    if seal and seal[1] != digest(lines[start:at]):
        message = f"{what} was changed, in the lines {start + 1} to {at}"
        remedy = f"Put it back, and write what you think of it after `Comment:`. {again}"
        raw.problems.append(Problem(raw.path, start + 1, message, remedy))
    return at


def _part(raw: Raw, name: str, lines: list[str], start: int, sealed: int, end: int) -> Part:
    """What was written below an item: each of the three begins with its word, and goes on to the next one."""
    part, texts, key = Part(start + 1), {}, ""
    fence = ""
    for index in range(sealed + 1, end):
        line = lines[index]
        found = None if fence else _KEY.match(line)
        fence = _fence_after(line, fence)
        if found:
            key = found[1].capitalize()
            if key in texts:
                message = f"{name} has a second line `{key}:`; the first is at line {part.lines[key]}"
                raw.problems.append(
                    Problem(raw.path, index + 1, message, "Keep one of them; in a comment, begin the line otherwise.")
                )
                raw.stray.append((index + 1, line))
                continue
            part.lines[key] = index + 1
            texts[key] = [found[2]]
        elif key:
            texts[key].append(line)
        elif line.strip():
            message = f"{name} has text above `Verdict:`, where nobody reads it"
            raw.problems.append(Problem(raw.path, index + 1, message, "Move it below `Comment:`."))
            raw.stray.append((index + 1, line))
    verdict, evidence, comment = ("\n".join(texts.get(k, [])).strip() for k in KEYS)
    part.written = Written(verdict, evidence, comment)
    return part


def _fence_after(line: str, fence: str) -> str:
    """The fence that is open below this line."""
    if fence:
        return "" if _closes(line, fence) else fence
    opened = _FENCE.match(line)
    return opened[1] if opened else ""
