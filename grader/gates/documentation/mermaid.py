"""Entity-relationship diagrams of Mermaid as data."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from grader.gates.documentation.markdown import Block, Page

_NAME = r"(?:\"[^\"\n]{1,100}\"|[\w.-]{1,100})"
_ALIAS = r"(?:\[(?:\"[^\"\n]{0,100}\"|[^\]\"\n]{0,100})\])?"
_OPEN = re.compile(rf"({_NAME})\s*{_ALIAS}\s*(\{{)?\s*(\}})?")
_RELATION = re.compile(
    rf"({_NAME})\s*{_ALIAS}\s*((?:\|\||\|o|o\||\}}o|\}}\||o\{{|\|\{{)(?:--|\.\.)(?:\|\||\|o|o\||\}}o|\}}\||o\{{|\|\{{))"
    rf"\s*({_NAME})\s*{_ALIAS}\s*(?::\s*(.{{0,200}}))?"
)
_ATTRIBUTE = re.compile(r"\S{1,100}\s+\*?([\w-]{1,100})\b.*")
_MOST_LINES = 5_000


@dataclass(slots=True)
class Diagram:
    """Entities with the names of their fields, and relations as pairs of entities with a label, each with its line."""

    page: Page
    line: int
    entities: dict[str, dict[str, int]] = field(default_factory=dict)
    placed: dict[str, int] = field(default_factory=dict)
    relations: list[tuple[str, str, str, int]] = field(default_factory=list)


def diagrams(pages: Iterable[Page]) -> list[Diagram]:
    """All diagrams of these pages."""
    found = []
    for page in pages:
        for block in page.blocks:
            if block.language == "mermaid" and _begins(block):
                found.append(_read(page, block))
    return found


def _begins(block: Block) -> bool:
    words = (line.strip() for line in block.lines[:40])
    return any(line.split()[:1] == ["erDiagram"] for line in words)


def _read(page: Page, block: Block) -> Diagram:
    diagram, inside = Diagram(page, block.line), ""
    for number, line in zip(range(block.line, block.line + _MOST_LINES), block.lines, strict=False):
        text = line.split("%%")[0].strip()
        if inside:
            if text.startswith("}"):
                inside = ""
            elif attribute := _ATTRIBUTE.fullmatch(text):
                diagram.entities[inside].setdefault(attribute[1], number)
        elif relation := _RELATION.fullmatch(text):
            left, right = _plain(relation[1]), _plain(relation[3])
            diagram.relations.append((left, right, _plain(relation[4] or ""), number))
        elif (entity := _OPEN.fullmatch(text)) and text not in ("erDiagram", "---"):
            name = _plain(entity[1])
            diagram.entities.setdefault(name, {})
            diagram.placed.setdefault(name, number)
            inside = name if entity[2] and not entity[3] else ""
    return diagram


def _plain(name: str) -> str:
    return name.strip().strip('"')
