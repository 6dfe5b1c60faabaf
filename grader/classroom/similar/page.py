"""The page with what two submissions share, side by side: for staff, one file, without network and scripts."""

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import jinja2
from markupsafe import Markup

from grader.classroom.similar.comparing import Compared
from grader.classroom.similar.findings import Pair
from grader.classroom.similar.pairs import Place, Region
from grader.report.environment import escaping_environment
from grader.report.escape import clip

FILE_NAME = "similar.html"
_WITH_CODE = 60  # pairs; of the others the places are named
_REGIONS = 12  # of a pair
_LINES = 60  # of a region
_LINE = 200  # characters


@dataclass(frozen=True, slots=True)
class Side:
    """Some lines of a file as text; ``more`` of them are not shown."""

    place: Place
    text: str
    more: int


@dataclass(frozen=True, slots=True)
class Shown:
    """A pair with the code of its largest regions."""

    pair: Pair
    sides: tuple[tuple[Side, Side], ...]
    others: tuple[Region, ...]


def render(compared: Compared, title: str) -> str:
    """The page as text."""
    environment = escaping_environment("grader.classroom")
    environment.filters |= {"clip": clip, "percent": lambda share: f"{100 * share:.0f} %"}
    css = "\n".join(
        jinja2.PackageLoader(package, "templates").get_source(environment, name)[0]
        for package, name in (
            ("grader.report", "report.css"),
            ("grader.classroom", "class.css"),
            ("grader.classroom", "similar.css"),
        )
    )
    css = f"\n{css}"
    return environment.get_template("similar.html.j2").render(
        title=title,
        found=compared.findings,
        pairs=tuple(_shown(compared)),
        css=Markup(css),
        css_hash=base64.b64encode(hashlib.sha256(css.encode()).digest()).decode("ascii"),
    )


def _shown(compared: Compared) -> Iterator[Shown]:
    for number, pair in enumerate(compared.findings.pairs):
        if number >= _WITH_CODE:
            yield Shown(pair, (), pair.regions[:_REGIONS])
            continue
        left, right = _lines(compared, pair.left), _lines(compared, pair.right)
        sides = tuple((_side(r.left, left), _side(r.right, right)) for r in pair.regions[:_REGIONS])
        yield Shown(pair, sides, pair.regions[_REGIONS:])


def _lines(compared: Compared, student: str) -> dict[str, list[str]]:
    return {file.path: file.text.split("\n") for file in compared.body(student).files}


def _side(place: Place, lines: dict[str, list[str]]) -> Side:
    found = lines[place.path][place.first - 1 : place.last]
    text = "\n".join(clip(line.rstrip(), _LINE) if line.strip() else "" for line in found[:_LINES])
    return Side(place, text, max(len(found) - _LINES, 0))
