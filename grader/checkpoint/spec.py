"""What the trusted pytest process is told, in a file of JSON, before it starts."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from grader.checkpoint.times import LONGEST_S, PATIENCE_S

VARIABLE = "DJANGO_TRACK_RUN"


@dataclass(frozen=True, slots=True)
class Installed:
    """Whose lock was installed, ``submission`` or ``course``; if the course's, why, in sentences for the learner."""

    origin: str
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RunSpec:
    """One run. ``criteria`` are all ids of the module, ``selected`` those to run, ``cases`` (name, public) those of
    their cases, or all. ``longest_s`` and ``patience_s`` are how long the run waits for the submission.

    ``folder`` is this process's own, ``lane`` its number among those that share the run's checks, and ``claims`` the
    folder in which they tell each other what they have taken. ``progress_fd`` takes a line for every check;
    ``life_fd`` ends when the runner does.

    ``deps`` is the site-packages folder of the graded environment; ``key`` names tree and environment together, for
    what may be kept between runs in ``state_dir``.
    """

    submission: Path
    deps: Path
    key: str
    sandbox: Literal["auto", "bubblewrap", "process"]
    database: Literal["postgres", "sqlite"]
    mode: Literal["fork", "savepoint"]
    seed: int
    criteria: tuple[str, ...]
    selected: tuple[str, ...]
    state_dir: Path
    folder: Path
    claims: Path
    progress_fd: int
    life_fd: int
    lane: int = 0
    installed: Installed = Installed("submission", ())
    settings: str = "config.settings.testing"
    cases: tuple[tuple[str, bool], ...] | None = None
    longest_s: float = LONGEST_S
    patience_s: float = PATIENCE_S


def write(spec: RunSpec, path: Path) -> None:
    """Writes the specification for ``read``."""
    path.write_bytes(msgspec.json.encode(spec, enc_hook=str))


def read(path: Path) -> RunSpec:
    """The specification at that path."""
    return msgspec.json.decode(path.read_bytes(), type=RunSpec, dec_hook=lambda kind, value: kind(value))
