"""The text of a pull request, held against the template: which parts say something, and what shows a pipeline."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.given import text_file

TEMPLATE = "rubric/pull_request_template.md"
_LARGEST = 1 << 18  # bytes: GitHub takes 65,536 characters
_FIND, _SHORTEN = "Name a file with the text.", "Name the text of the pull request alone."
_BOX = re.compile(r"^\s*[-*+][ \t]+\[([ xX])\][ \t]+(.*)$")
_LINKS = ("http://", "https://", "<img ", "![")  # pictures, wherever they lie, and addresses
_LONGEST = 80


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that was seen in the text: whether it is as it should be, and the sentence that says so."""

    right: bool
    sentence: str


def read_text(path: Path) -> str:
    """A small file of text; what is no text in it is replaced.

    Raises:
        UsageError_: it cannot be read, or is larger than a pull request's text can be.
    """
    return text_file.read_text(path, largest=_LARGEST, find=_FIND, shorten=_SHORTEN, repair=True)


def compared(text: str, template: str) -> tuple[Said, ...]:
    """What is to be seen in the text of a pull request, by the headings and boxes of the template."""
    asked, given = _parts(template), _parts(text)
    return (*(_part(name, asked, given) for name in asked if name), _pipeline(text), *_boxes(text, template))


def _part(name: str, asked: dict[str, list[str]], given: dict[str, list[str]]) -> Said:
    found = given.get(name)
    shown = name.capitalize()
    if found is None:
        return Said(False, f"The part “{shown}” of the template is missing.")
    boxes = [line for line in found if _BOX.match(line)]
    own = [line for line in found if line not in asked[name] and line not in boxes]
    words = len(" ".join(own).split())
    if words:
        return Said(True, f"“{shown}” is filled in, with {words} {'word' if words == 1 else 'words'}.")
    if boxes:
        return Said(True, f"“{shown}” is there.")
    return Said(False, f"“{shown}” is there, and nothing was written in it.")


def _pipeline(text: str) -> Said:
    """Whether anything could show a pipeline that passes: a picture, a log, or a link to a run."""
    lines = [line.strip() for line in _without_comments(text).splitlines()]
    fences = sum(line.startswith(("```", "~~~")) for line in lines)
    found = sum(any(link in line for link in _LINKS) for line in lines) + fences // 2
    if found:
        noun = "picture, log or link" if found == 1 else "pictures, logs or links"
        return Said(True, f"{found} {noun} in it could show a pipeline.")
    return Said(False, "No picture, no log in a code block and no link in it could show a pipeline.")


def _boxes(text: str, template: str) -> Iterator[Said]:
    ticked = {_plain(m[2]): m[1] != " " for line in _without_comments(text).splitlines() if (m := _BOX.match(line))}
    for line in _without_comments(template).splitlines():
        if (asked := _BOX.match(line)) and not ticked.get(_plain(asked[2]), False):
            state = "not ticked" if _plain(asked[2]) in ticked else "not there any more"
            yield Said(False, f"This box is {state}: {asked[2].strip()[:_LONGEST]}.")


def _parts(text: str) -> dict[str, list[str]]:
    """The lines that say something below each heading, by the heading in lower case; "" is what stands before."""
    found: dict[str, list[str]] = {"": []}
    name = ""
    for line in _without_comments(text).splitlines():
        if line.startswith("#") and line.lstrip("#")[:1].isspace():
            name = _plain(line.strip("# \t"))
            found.setdefault(name, [])
        elif line.strip():
            found[name].append(line.strip())
    return found


def _plain(text: str) -> str:
    return " ".join(text.lower().split()).strip(" .:*_")


def _without_comments(text: str) -> str:
    """Markdown without HTML comments; one that is never closed hides the rest, as it does on a page."""
    kept, left = [], text
    while left:
        before, opened, left = left.partition("<!--")
        kept.append(before)
        left = left.partition("-->")[2] if opened else ""
    return "".join(kept)
