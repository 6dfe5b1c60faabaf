"""Runbooks of the submission, followed: the blocks of a page that say of themselves that they run, in their order."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from grader.domain.evidence import Location
from grader.domain.words import bounded
from grader.stage.outcome import Failed, Late
from grader.stage.shell import Ran

WITHIN_S = 90.0
RESTART = "rollout restart"
_RUNS, _ON_PRIMARY = ("sh", "run"), ("sh", "run", "on-primary")
_FENCE = re.compile(r"([ \t]*)(`{3,}|~{3,})([^\n]*)")
_SHOWN = 300
# Runs a script with what was exported before; it ends within so many seconds.
Run = Callable[[str, Mapping[str, str], float], Ran]


@dataclass(frozen=True)
class Block:
    """A fenced block: the words of its info string, its text, and the line of the page on which it begins."""

    info: tuple[str, ...]
    text: str
    line: int

    @property
    def runs(self) -> bool:
        """Whether it says that it is to be run, wherever."""
        return self.info in (_RUNS, _ON_PRIMARY)

    @property
    def restarts(self) -> bool:
        """Whether it is for people, and restarts the application."""
        return not self.runs and RESTART in self.text


def blocks_of(page: str) -> list[Block]:
    """The fenced blocks of a page, also those in lists; what is not closed goes to its end."""
    found, lines = [], enumerate(page.splitlines(), 1)
    for number, line in lines:
        opened = _FENCE.fullmatch(line)
        if opened is not None and not (opened[2][0] == "`" and "`" in opened[3]):
            text = "".join(_until_closed(lines, indent=len(opened[1]), fence=opened[2]))
            found.append(Block(tuple(opened[3].split()), text, number))
    return found


def _until_closed(lines: Iterator[tuple[int, str]], *, indent: int, fence: str) -> Iterator[str]:
    """The lines up to one that closes the block, each less the indentation of the fence."""
    for _, line in lines:
        bare = line.strip()
        if len(bare) >= len(fence) and not bare.strip(fence[0]):
            return
        yield line[min(indent, len(line) - len(line.lstrip(" \t"))) :] + "\n"


@dataclass
class Runbook:
    """One page: ``follow()`` runs its blocks in order. ``exported`` are the variables that they have made so far.

    ``run`` runs those where the application is, ``on_primary`` those on the old primary; where there is none, ``None``.
    """

    path: str
    blocks: list[Block]
    run: Run
    on_primary: Run | None = None
    exported: dict[str, str] = field(default_factory=dict)

    def follow(self, *, restart: Callable[["Runbook"], None] | None = None, within_s: float = WITHIN_S) -> None:
        """Runs all that run, each within these seconds; fails the check at the first one that does not end with 0.

        ``restart`` is called at each block that restarts the application.
        """
        if not any(block.runs for block in self.blocks):
            raise Failed("fenced blocks whose info string is `sh run`", "none", Location(self.path))
        for block in self.blocks:
            if block.runs:
                self._run(block, within_s)
            elif block.restarts and restart is not None:
                restart(self)

    @property
    def restarts(self) -> int:
        """How many blocks restart the application."""
        return sum(block.restarts for block in self.blocks)

    def _run(self, block: Block, within_s: float) -> None:
        where, run = Location(self.path, block.line), self.on_primary if block.info == _ON_PRIMARY else self.run
        if run is None:
            raise Failed("no block `sh run on-primary` where no server is the old primary", "one", where)
        try:
            ran = run(block.text, self.exported, within_s)
        except Failed as failed:
            kind = Late if isinstance(failed, Late) else Failed
            raise kind(f"this block to end within {within_s:g} s", failed.observed, where) from None
        if ran.code != 0:
            said = bounded(ran.out.strip()[-_SHOWN:] or "it says nothing", _SHOWN)
            raise Failed("this block to end with 0, by `sh -e`", f"{ran.code}; its last words are: {said}", where)
        self.exported.update(ran.exported)
