"""What counts as evidence in a review: a web address, or a place in the submission."""

import re
from collections.abc import Iterator
from pathlib import Path

from grader.domain.location import Location
from grader.report.escape import web_address
from grader.report.words import count

_TARGET = re.compile(r"\]\(<?([^)\s>]+)>?\)")
_PLACE = re.compile(r"([\w.@+-]+(?:/[\w.@+-]+)*)(?::(\d{1,7})(?:-\d{1,7})?)?")
_ENDING = re.compile(r"\.[A-Za-z]\w+$")  # two letters at least: `e.g` is no file
_LONGEST = 4_000  # characters of an evidence line in which links are looked for
_LARGEST = 8 << 20  # bytes of a file in which lines are counted


def links(text: str) -> tuple[str, ...]:
    """The addresses and places in the text of an evidence line, in their order; words between them are left out."""
    return tuple(dict.fromkeys(_links(text)))


def _links(text: str) -> Iterator[str]:
    for word in _TARGET.sub(r" \1 ", text[:_LONGEST]).replace(",", " ").split():
        plain = word.strip("<>()[]`*;\"'").rstrip(".")
        if web_address(plain) or place(plain):
            yield plain


def place(link: str) -> Location | None:
    """The place in the submission that a link names: a path with a folder or an ending, and perhaps a line."""
    found = _PLACE.fullmatch(link)
    if found is None or ".." in found[1].split("/"):
        return None
    if found[2] or "/" in found[1] or _ENDING.search(found[1]):
        return Location(found[1], int(found[2]) if found[2] else None)
    return None


def wrong_place(at: Location, folder: Path) -> str:
    """What is wrong with a place, by the submission in this folder; "" if it is there."""
    try:
        path = (folder / at.path).resolve(strict=True)
        if not path.is_relative_to(folder.resolve()):
            return "it lies outside of the submission"
        if at.line is None or not path.is_file() or path.stat().st_size > _LARGEST:
            return ""
        lines = len(path.read_bytes().splitlines())
    except (OSError, ValueError):
        return "the submission has no such file"
    return "" if 1 <= at.line <= lines else f"the file has {count(lines, 'line', 'lines')}"
