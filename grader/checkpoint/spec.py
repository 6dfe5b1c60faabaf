"""What the trusted pytest process is given, in a file of JSON, before it starts."""

from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from grader.stage.spec import StageSpec

VARIABLE = "DJANGO_TRACK_RUN"
SANDBOX = "sandbox.json"  # in ``folder``: how the submission was run apart


@dataclass(frozen=True, slots=True)
class Installed:
    """Whose lock was installed, ``submission`` or ``course``; if the course's, why, in sentences for the learner."""

    origin: str
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Order:
    """What a run begins with: checks of ``open`` criteria, then those that ran code of the files ``saved``.

    ``ran`` has by a check's name the files of which it ran code when it was run last. ``tables`` is a file with the
    SQLite database that all migrations lead to, where that is known.
    """

    open: tuple[str, ...] = ()
    saved: tuple[str, ...] = ()
    ran: dict[str, list[str]] = field(default_factory=dict)
    tables: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSpec(StageSpec):
    """One run. ``criteria`` are all ids of the module, ``selected`` those to run, ``cases`` (name, public) those of
    their cases, or all, ``names`` those of their checks.

    ``lane`` is the number of this process among those that share the run's checks, and ``claims`` the folder in which
    they tell each other what they have taken. ``progress_fd`` takes a line for every check; ``life_fd`` ends when the
    runner does. ``left_out`` are paths that were handed in and not taken, with why. With an
    ``order`` it is noted which files each check ran code of. A process that has a ``held_fd`` waits, once all else is
    ready, for the specification that it runs by.
    """

    seed: int
    criteria: tuple[str, ...]
    selected: tuple[str, ...]
    claims: Path
    progress_fd: int
    life_fd: int
    lane: int = 0
    installed: Installed = Installed("submission", ())
    left_out: dict[str, str] = field(default_factory=dict)
    order: Order | None = None
    held_fd: int | None = None
    cases: tuple[tuple[str, bool], ...] | None = None
    names: tuple[str, ...] | None = None


def encode(spec: RunSpec) -> bytes:
    """The specification as one line of JSON."""
    return msgspec.json.encode(spec, enc_hook=str) + b"\n"


def decode(line: bytes) -> RunSpec:
    """What ``encode`` was given."""
    return msgspec.json.decode(line, type=RunSpec, dec_hook=lambda kind, value: kind(value))


def write(spec: RunSpec, path: Path) -> None:
    """Writes the specification for ``read``."""
    path.write_bytes(encode(spec))


def read(path: Path) -> RunSpec:
    """The specification at that path."""
    return decode(path.read_bytes())
