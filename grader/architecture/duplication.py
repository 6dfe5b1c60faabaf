"""Duplicated logic: the same statements, names included, in two places of the project.

Two runs of statements are the same where all their digests are, whatever their formatting. Every statement begins one
window, the shortest run that weighs enough; windows are grouped by what is in them, so that the work grows with the
number of statements and not with that of pairs.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from grader.architecture.metrics import DUPLICATION
from grader.architecture.project import Project
from grader.architecture.shown import counted, finding
from grader.domain.evidence import Finding, Measurement

# SonarQube calls 100 tokens in ten lines a duplicated block. What is weighed here (names, values, operators) is 43 of
# 100 tokens of Python: 12,645 of 29,448 in the functions of the course's own solution.
LEAST_LINES, LEAST_WEIGHT = 10, 43
_UNIT = re.compile(r"([0-9a-f]{16}) (\d{1,9}) (\d{1,9}) (\d{1,9})")
_MOST_IN_A_WINDOW = 400
_READ = "Give it a name in one place, and call it from both: https://refactoring.com/catalog/extractFunction.html"


@dataclass(frozen=True, slots=True)
class _Unit:
    """A statement: its digest, how much it weighs, its first and last line."""

    digest: str
    weight: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class _Block:
    """A run of statements, from one number to another, of the sequence of that number."""

    sequence: int
    begin: int
    end: int


def measure(project: Project) -> Measurement:
    """How many blocks stand in more than one place, each counted once."""
    sequences = [(path, _units(text)) for path, module in project.modules.items() for text in module.sequences]
    return counted(DUPLICATION, _findings(sequences))


def _units(text: str) -> list[_Unit]:
    found = map(_UNIT.fullmatch, text.split(";"))
    return [_Unit(one[1], int(one[2]), int(one[3]), int(one[4])) for one in found if one is not None]


def _findings(sequences: list[tuple[str, list[_Unit]]]) -> Iterator[Finding]:
    for same in _apart(_merged(_windows([units for _, units in sequences]))):
        places = [(sequences[block.sequence][0], *_lines(sequences[block.sequence][1], block)) for block in same]
        if max(lines for _, _, _, lines in places) < LEAST_LINES:
            continue
        path, first, last, lines = places[0]
        others = [f"{other}:{begin}-{end}" for other, begin, end, _ in places[1:]]
        yield finding(
            "duplicated",
            f"{lines} lines ({first} to {last}) that also stand in {others[0]}"
            + (f" and {len(others) - 1} more places" if len(others) > 1 else ""),
            "logic that is written once",
            path,
            first,
            _READ,
            others,
        )


def _lines(units: list[_Unit], block: _Block) -> tuple[int, int, int]:
    """The first line of a block, its last, and how many lines of statements it has."""
    inside = units[block.begin : block.end]
    return inside[0].first, max(unit.last for unit in inside), sum(unit.last - unit.first + 1 for unit in inside)


def _windows(sequences: list[list[_Unit]]) -> dict[tuple[str, ...], list[_Block]]:
    """By what is in it, each shortest run of statements that weighs enough. A statement weighs once, however often it
    stands in the run: lines that repeat each other are no logic.
    """
    found: dict[tuple[str, ...], list[_Block]] = defaultdict(list)
    for number, units in enumerate(sequences):
        inside: Counter[str] = Counter()
        end = weight = 0
        for begin, unit in enumerate(units):
            while end < len(units) and weight < LEAST_WEIGHT and end - begin < _MOST_IN_A_WINDOW:
                weight += 0 if inside[units[end].digest] else units[end].weight
                inside[units[end].digest] += 1
                end += 1
            if weight >= LEAST_WEIGHT:
                found[tuple(one.digest for one in units[begin:end])].append(_Block(number, begin, end))
            elif end == len(units):
                break
            inside[unit.digest] -= 1
            weight -= 0 if inside[unit.digest] else unit.weight
    return found


def _merged(windows: dict[tuple[str, ...], list[_Block]]) -> list[list[_Block]]:
    """Groups of blocks with the same content: windows that follow each other in all places are one block."""
    groups = [same for same in windows.values() if len(same) > 1]
    groups.sort(key=lambda same: (same[0].sequence, same[0].begin))
    merged: list[list[_Block]] = []
    for same in groups:
        last = merged[-1] if merged else []
        if len(last) == len(same) and all(_goes_on(one, other) for one, other in zip(last, same, strict=True)):
            merged[-1] = [_Block(a.sequence, a.begin, b.end) for a, b in zip(last, same, strict=True)]
        else:
            merged.append(same)
    return merged


def _goes_on(one: _Block, other: _Block) -> bool:
    return one.sequence == other.sequence and one.begin < other.begin <= one.end


def _apart(groups: list[list[_Block]]) -> list[list[_Block]]:
    """The longest first, without those that add no place: all their blocks lie in others. None overlaps itself."""
    taken: dict[int, set[int]] = defaultdict(set)
    kept: list[list[_Block]] = []
    for same in sorted(groups, key=lambda blocks: (blocks[0].begin - blocks[0].end, -len(blocks))):
        if all(_is_inside(block, taken[block.sequence]) for block in same):
            continue
        blocks: list[_Block] = []
        for block in same:
            if not blocks or blocks[-1].sequence != block.sequence or blocks[-1].end <= block.begin:
                blocks.append(block)
        if len(blocks) > 1:
            kept.append(blocks)
            for block in blocks:
                taken[block.sequence].update(range(block.begin, block.end))
    return kept


def _is_inside(block: _Block, taken: set[int]) -> bool:
    """Whether any statement of it is in another block already."""
    return any(number in taken for number in range(block.begin, block.end))
