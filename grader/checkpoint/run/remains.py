"""What a trusted process that was killed leaves: the checks that it had ended count, the others are errored."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from grader.checkpoint.run import record
from grader.domain.evidence import Observation
from grader.domain.status import Status

_LIST, _STREAM, _UNSURE = "collected.json", "observations.jsonl", "unsure.jsonl"


@dataclass(frozen=True, slots=True)
class Listed:
    """A check that was collected: its name, its criterion, its sentence, whether it is public."""

    check: str
    criterion: str
    sentence: str
    public: bool


@dataclass(frozen=True, slots=True)
class Left:
    """How one process ended: its folder, its exit code (below 0 after a signal), and why it was killed, if we did."""

    folder: Path
    code: int
    why: str = ""


def note_list(folder: Path, checks: Sequence[Listed]) -> None:
    """Leaves the checks of the whole run, in their order; every process leaves the same."""
    (folder / _LIST).write_bytes(msgspec.json.encode(checks))


def note(folder: Path, place: int, observation: Observation) -> None:
    """Leaves what came of a check, at once and whole."""
    line = json.dumps([place, record.written(observation)]).encode("utf-8", "surrogatepass") + b"\n"
    with (folder / _STREAM).open("ab", buffering=0) as stream:
        os.write(stream.fileno(), line)


def note_unsure(folder: Path, check: str, public: bool) -> None:
    """Leaves word that a busy machine may have made this check fail."""
    with (folder / _UNSURE).open("a", encoding="utf-8") as stream:
        stream.write(json.dumps([check, public]) + "\n")


def unsure(folder: Path) -> frozenset[tuple[str, bool]]:
    """Of which checks a process has left that word."""
    try:
        lines = (folder / _UNSURE).read_text("utf-8").splitlines()
    except OSError:
        return frozenset()
    return frozenset((str(check), bool(public)) for check, public in map(json.loads, lines))


def parts(lefts: Sequence[Left]) -> list[record.Part]:
    """The record of each process, and one more of all checks that those which were killed did not end.

    If no process came as far as to collect the checks, nothing is known of them, and the parts say so.
    """
    listed = next((checks for left in lefts if (checks := _listed(left.folder))), None)
    if listed is None or all(left.code >= 0 for left in lefts):
        return [record.part(left.folder / "report.json", left.code) for left in lefts]
    found = [
        record.Part(_noted(left.folder), len(listed), "")
        if left.code < 0
        else record.part(left.folder / "report.json", left.code)
        for left in lefts
    ]
    ended = {place for part in found for place in part.found}
    why = "\n".join(left.why or f"A trusted process ended with {left.code}." for left in lefts if left.code < 0)
    lost = {place: _lost(check, why) for place, check in enumerate(listed) if place not in ended}
    return [*found, record.Part(lost, len(listed), "")]


def _lost(check: Listed, why: str) -> Observation:
    return Observation(check.check, check.criterion, check.sentence, Status.ERRORED, fault=why, public=check.public)


def _listed(folder: Path) -> list[Listed]:
    try:
        return msgspec.json.decode((folder / _LIST).read_bytes(), type=list[Listed])
    except (OSError, msgspec.DecodeError):
        return []


def _noted(folder: Path) -> dict[int, Observation]:
    """The observations that were written whole: of the last, the process may have been killed in the middle."""
    try:
        lines = (folder / _STREAM).read_bytes().split(b"\n")[:-1]
    except OSError:
        return {}
    return {place: record.read({record.KEY: plain}) for place, plain in map(json.loads, lines)}
