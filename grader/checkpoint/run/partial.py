"""What a trusted process that was killed leaves: the checks that it had ended count, the others are errored."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from grader.checkpoint.run import record
from grader.domain.evidence import Observation
from grader.domain.start import StartFailure
from grader.domain.status import Status

_LIST, _STREAM, _UNSURE, _START = "collected.json", "observations.jsonl", "unsure.jsonl", "start.json"
_RAN, TABLES = "ran.jsonl", "tables.sqlite3"


@dataclass(frozen=True, slots=True)
class Listed:
    """A check that was collected: its name, its criterion, its sentence, whether it is public."""

    check: str
    criterion: str
    sentence: str
    public: bool


@dataclass(frozen=True, slots=True)
class ProcessEnd:
    """How one process ended: its folder, its exit code (below 0 after a signal), and why it was killed, if we did."""

    folder: Path
    code: int
    why: str = ""


def write_list(folder: Path, checks: Sequence[Listed]) -> None:
    """Leaves the checks of the whole run, in their order; every process leaves the same."""
    (folder / _LIST).write_bytes(msgspec.json.encode(checks))


def write(folder: Path, place: int, observation: Observation) -> None:
    """Leaves what came of a check, at once and whole."""
    line = json.dumps([place, record.written(observation)]).encode("utf-8", "surrogatepass") + b"\n"
    with (folder / _STREAM).open("ab", buffering=0) as stream:
        os.write(stream.fileno(), line)


def write_unsure(folder: Path, check: str, public: bool) -> None:
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


def write_ran(folder: Path, check: str, files: Sequence[str]) -> None:
    """Leaves of which files of the submission a check ran code."""
    with (folder / _RAN).open("ab") as stream:
        stream.write(msgspec.json.encode([check, files]) + b"\n")


def ran(folder: Path) -> dict[str, list[str]]:
    """The same, by the names of checks."""
    try:
        lines = (folder / _RAN).read_bytes().splitlines()
    except OSError:
        return {}
    return dict(msgspec.json.decode(line, type=tuple[str, list[str]]) for line in lines)


def write_tables(folder: Path, database: bytes) -> None:
    """Leaves the database that all migrations lead to; nothing where none was made."""
    if database:
        (folder / TABLES).write_bytes(database)


def tables(folder: Path) -> bytes:
    """The same; nothing where none was left."""
    path = folder / TABLES
    return path.read_bytes() if path.exists() else b""


def write_start(folder: Path, failure: StartFailure) -> None:
    """Leaves why the project of this process did not start."""
    (folder / _START).write_bytes(msgspec.json.encode(failure))


def start(folder: Path) -> StartFailure | None:
    """Why the project of a process did not start; ``None`` if it did, or was not needed."""
    path = folder / _START
    return msgspec.json.decode(path.read_bytes(), type=StartFailure) if path.exists() else None


def parts(processes: Sequence[ProcessEnd]) -> list[record.Part]:
    """The record of each process, and one more of all checks that those which were killed did not end.

    If no process came as far as to collect the checks, nothing is known of them, and the parts say so.
    """
    listed = next((checks for process in processes if (checks := _listed(process.folder))), None)
    if listed is None or all(process.code >= 0 for process in processes):
        return [record.part(process.folder / "report.json", process.code) for process in processes]
    found = [
        record.Part(_read(process.folder), len(listed), "")
        if process.code < 0
        else record.part(process.folder / "report.json", process.code)
        for process in processes
    ]
    ended = {place for part in found for place in part.found}
    killed = [process for process in processes if process.code < 0]
    why = "\n".join(process.why or f"A trusted process ended with {process.code}." for process in killed)
    lost = {place: _lost(check, why) for place, check in enumerate(listed) if place not in ended}
    return [*found, record.Part(lost, len(listed), "")]


def _lost(check: Listed, why: str) -> Observation:
    return Observation(check.check, check.criterion, check.sentence, Status.ERRORED, fault=why, public=check.public)


def _listed(folder: Path) -> list[Listed]:
    try:
        return msgspec.json.decode((folder / _LIST).read_bytes(), type=list[Listed])
    except (OSError, msgspec.DecodeError):
        return []


def _read(folder: Path) -> dict[int, Observation]:
    """The observations that were written whole: of the last, the process may have been killed in the middle."""
    try:
        lines = (folder / _STREAM).read_bytes().split(b"\n")[:-1]
    except OSError:
        return {}
    return {place: record.read({record.KEY: plain}) for place, plain in map(json.loads, lines)}
