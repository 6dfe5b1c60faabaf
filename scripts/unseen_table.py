"""Write what was measured on unseen faults and variations (``modules/unseen.toml``) into the page on fairness.

With ``--check`` nothing is written, and the exit code says whether the committed page is current.
"""

import re
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
SOURCE, PAGE = ROOT / "modules" / "unseen.toml", ROOT / "docs" / "explanation" / "fairness.md"
_PLACE = re.compile(r"<!-- unseen -->.*?<!-- /unseen -->", re.DOTALL)
_BY_HAND = "<!-- written by `make reference` from modules/unseen.toml -->"
_HEAD = [
    "| module | measured on | faults caught | variations with full marks | criteria failed for another's fault |",
    "|---|---|---|---|---|",
]


@dataclass(frozen=True, slots=True)
class Measured:
    """One measurement of one module; the fields are told at the head of ``modules/unseen.toml``."""

    module: int
    on: date
    faults: int
    caught: int
    missed: tuple[str, ...]
    unclear: tuple[str, ...]
    edits: int
    kept: int
    criteria: int
    elsewhere: int

    def row(self) -> str:
        """Its row of the table."""
        rates = ((self.caught, self.faults), (self.kept, self.edits), (self.elsewhere, self.criteria))
        return " | ".join([f"| {self.module:02d}", f"{self.on}", *(_rate(*rate) for rate in rates)]) + " |"


def measured(source: Path = SOURCE) -> Sequence[Measured]:
    """The measurements, in their order. ``ValueError`` for one whose numbers contradict each other."""
    found = [_measured(entry) for entry in tomllib.loads(source.read_text("utf-8"))["measured"]]
    for each in found:
        if each.caught + len(each.missed) != each.faults:
            raise ValueError(f"module {each.module}, {each.on}: {each.caught} caught and {len(each.missed)} missed")
        if not (each.kept <= each.edits and each.elsewhere <= each.criteria):
            raise ValueError(f"module {each.module}, {each.on}: more kept or elsewhere than there are")
    return found


def _measured(entry: Mapping[str, Any]) -> Measured:
    return Measured(**{**entry, "missed": tuple(entry["missed"]), "unclear": tuple(entry["unclear"])})


def _rate(part: int, whole: int) -> str:
    return f"{part} of {whole} ({part / whole:.0%})" if whole else "not measured"


def with_table(text: str, found: Sequence[Measured]) -> str:
    """The page as it should be. ``ValueError`` if it has no place for the table, or two."""
    table = "\n".join([*_HEAD, *(each.row() for each in found)])
    text, places = _PLACE.subn(lambda _: f"<!-- unseen -->\n{_BY_HAND}\n\n{table}\n\n<!-- /unseen -->", text)
    if places != 1:
        raise ValueError(f"{PAGE}: write <!-- unseen --> and <!-- /unseen --> once, where the table belongs")
    return text


def main(words: Sequence[str]) -> int:
    """Writes the page, or says with ``--check`` whether it is current."""
    before = PAGE.read_text("utf-8")
    after = with_table(before, measured())
    if "--check" in words:
        return int(before != after)
    PAGE.write_text(after, "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
