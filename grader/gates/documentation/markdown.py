"""Pages of Markdown as data: blocks of code, headings with their anchors, and links. Nothing is rendered."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

LARGEST, _LONGEST_LINE, _MOST_PAGES = 1 << 19, 2_000, 400
_FENCE = re.compile(r"(?P<indent>[ \t]{0,12})(?P<mark>`{3,}|~{3,})[ \t]*(?P<info>[^`]{0,200})")
_HEADING = re.compile(r"(#{1,6})[ \t]+(.{1,300}?)[ \t]*#*")
_UNDERLINED = re.compile(r"(?:=+|-{2,})[ \t]*")
_CODE_SPAN = re.compile(r"(`+)(?!`)(.{1,300}?)(?<!`)\1(?!`)")
_LINK = re.compile(r"\]\(\s{0,10}(<[^<>]{0,500}>|[^\s()]{0,500}(?:\([^\s()]{0,100}\)[^\s()]{0,300})?)")
_DEFINITION = re.compile(r"[ ]{0,3}\[[^\[\]^]{1,200}\]:[ \t]*(<[^<>]{1,500}>|\S{1,500})")
_HTML = re.compile(r"<(?:a|img|source|video)\b[^<>]{0,300}?\b(?:href|src)\s*=\s*[\"']([^\"'<>]{1,500})[\"']", re.I)
_ANCHOR = re.compile(r"<[a-z][a-z0-9]{0,9}\b[^<>]{0,200}?\b(?:id|name)\s*=\s*[\"']([^\"'<>\s]{1,200})[\"']", re.I)
_OWN_ANCHOR = re.compile(r"\{[^{}]{0,60}#([\w-]{1,100})[^{}]{0,60}\}\s*$")
_SKIPPED = re.compile(r"(?:^|/)(?:node_modules|\.venv|venv|site-packages|\.git|vendor)/")


@dataclass(frozen=True, slots=True)
class Block:
    """A block of code: its info string, its lines, and the number of the first of them, counted from one."""

    info: str
    lines: tuple[str, ...]
    line: int

    @property
    def language(self) -> str:
        """The first word of its info string, in lower case."""
        return (self.info.split() or [""])[0].lower().strip("{}.,")


@dataclass(frozen=True, slots=True)
class Link:
    """Where a link leads, as it is written, and the number of its line."""

    target: str
    line: int


@dataclass(frozen=True)
class Page:
    """A page by its path from the root of the project."""

    path: str
    text: str

    @cached_property
    def _parts(self) -> tuple[tuple[Block, ...], tuple[tuple[int, str], ...]]:
        return _split(self.text)

    @property
    def blocks(self) -> tuple[Block, ...]:
        """All fenced blocks of code."""
        return self._parts[0]

    @property
    def prose(self) -> tuple[tuple[int, str], ...]:
        """The lines outside of code and comments, each with its number."""
        return self._parts[1]

    @cached_property
    def headings(self) -> tuple[tuple[int, int, str], ...]:
        """Line, level and text of each heading."""
        return tuple(_headings(self.prose))

    @cached_property
    def anchors(self) -> frozenset[str]:
        """What can follow ``#``: those that are made of headings, and those that are written out."""
        found, seen = set(), Counter[str]()
        for _, _, text in self.headings:
            slug = _slug(text)
            found.add(f"{slug}-{seen[slug]}" if seen[slug] else slug)
            seen[slug] += 1
            if own := _OWN_ANCHOR.search(text):
                found.add(own[1])
        for _, line in self.prose:
            found.update(_ANCHOR.findall(line))
        return frozenset(found)

    @property
    def links(self) -> Iterator[Link]:
        """All links and images, by line."""
        for number, line in self.prose:
            plain = _CODE_SPAN.sub("", line)
            for target in (*_LINK.findall(plain), *_HTML.findall(plain)):
                yield Link(target.strip("<>"), number)
            if definition := _DEFINITION.match(plain):
                yield Link(definition[1].strip("<>"), number)


def pages(root: Path, files: Iterable[str]) -> dict[str, Page]:
    """The pages of a project, by path; of a long one the beginning."""
    named = [name for name in files if name.lower().endswith((".md", ".markdown")) and not _SKIPPED.search(name)]
    return {name: Page(name, _text(root / name)) for name in named[:_MOST_PAGES]}


def readme(found: Mapping[str, Page]) -> Page | None:
    """The page that somebody who comes to the project reads first."""
    by_name = {name.lower(): page for name, page in found.items()}
    return next((by_name[name] for name in ("readme.md", "readme.markdown", "docs/readme.md") if name in by_name), None)


def _text(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(LARGEST).decode("utf-8", "replace")


def _split(text: str) -> tuple[tuple[Block, ...], tuple[tuple[int, str], ...]]:
    blocks, prose = [], []
    fence, info, start, inside = "", "", 0, list[str]()
    commented = False
    for number, line in enumerate(text.split("\n"), 1):
        line = line[:_LONGEST_LINE].rstrip("\r")
        mark = _FENCE.fullmatch(line.removeprefix("> "))
        if fence:
            if mark and mark["mark"].startswith(fence) and not mark["info"].strip():
                blocks.append(Block(info, tuple(inside), start))
                fence, inside = "", []
            else:
                inside.append(line)
        elif mark and not commented:
            fence, info, start = mark["mark"], mark["info"].strip(), number + 1
        else:
            commented, line = _outside_comment(line, commented)
            prose.append((number, line))
    if fence:
        blocks.append(Block(info, tuple(inside), start))
    return tuple(blocks), tuple(prose)


def _outside_comment(line: str, commented: bool) -> tuple[bool, str]:
    """Whether an HTML comment is open after a line, and what of the line lies outside of comments."""
    kept = []
    for _ in range(50):
        before, mark, after = line.partition("-->" if commented else "<!--")
        kept += [] if commented else [before]
        if not mark:
            break
        commented, line = not commented, after
    return commented, "".join(kept)


def _headings(prose: Iterable[tuple[int, str]]) -> Iterator[tuple[int, int, str]]:
    previous = ""
    for number, line in prose:
        if heading := _HEADING.fullmatch(line):
            yield number, len(heading[1]), heading[2]
        elif previous.strip() and _UNDERLINED.fullmatch(line) and "|" not in previous:
            yield number - 1, 1 if line.startswith("=") else 2, previous.strip()
        previous = line


def _slug(text: str) -> str:
    """The anchor that GitHub makes of a heading."""
    text = re.sub(r"\[([^\[\]]{0,200})\]\([^()]{0,300}\)", r"\1", _OWN_ANCHOR.sub("", text))
    kept = re.sub(r"[^\w\- ]", "", text.replace("`", "").strip().lower())
    return kept.replace(" ", "-")
