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


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSpec(StageSpec):
    """One run. ``criteria`` are all ids of the module, ``selected`` those to run, ``cases`` (name, public) those of
    their cases, or all.

    ``lane`` is the number of this process among those that share the run's checks, and ``claims`` the folder in which
    they tell each other what they have taken. ``progress_fd`` takes a line for every check; ``life_fd`` ends when the
    runner does. ``left_out`` are paths that were handed in and not taken, with why.
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
    cases: tuple[tuple[str, bool], ...] | None = None


def write(spec: RunSpec, path: Path) -> None:
    """Writes the specification for ``read``."""
    path.write_bytes(msgspec.json.encode(spec, enc_hook=str))


def read(path: Path) -> RunSpec:
    """The specification at that path."""
    return msgspec.json.decode(path.read_bytes(), type=RunSpec, dec_hook=lambda kind, value: kind(value))
