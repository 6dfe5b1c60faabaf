"""What is asked for, and what comes of it, as data: both can be written as JSON and read by another process."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from grader.domain.evidence import Evidence
from grader.domain.result import Provenance
from grader.environment.faults import OtherPython
from grader.stage.spec import Mode, SandboxKind, Vendor


@dataclass(frozen=True, slots=True)
class Options:
    """How to grade. ``seed`` is recorded in the result, so that a run can be repeated; ``None`` draws one, unless
    ``drawn`` is what was drawn for several runs that belong together.

    ``path`` names the project's folder in the submission; without it the project is looked for.
    ``criteria`` restricts the run to some criterion ids, which never gives an official result; gates are measured then
    only where ``gates`` names their metrics; ``checks`` restricts it further, to some checks of theirs, named as in
    results without their parameters. ``lanes`` is how many processes share the checks: one where several
    submissions are graded at a time; as many gates run side by side, unless ``gates_at_once`` says how many do. With
    ``fresh`` nothing is taken from the evidence store, and what is measured takes the place of what lay there, if it
    can be kept. ``other_python`` is that of ``prepare_any``, for projects that nobody here wrote; ``compose`` that of
    ``StageSpec``.
    """

    state_dir: Path
    sandbox: SandboxKind = "auto"
    database: Vendor = "postgres"
    mode: Mode = "fork"
    seed: int | None = None
    drawn: int | None = None
    commit: str | None = None
    path: str | None = None
    public_only: bool = False
    criteria: tuple[str, ...] | None = None
    gates: tuple[str, ...] | None = None
    checks: tuple[str, ...] | None = None
    lanes: int = 1
    gates_at_once: int | None = None
    fresh: bool = False
    other_python: OtherPython = "ignore"
    compose: bool = False

    def __post_init__(self) -> None:
        """Whoever leaves checks out says of which criteria: by those a result is known not to be official."""
        if self.checks is not None and self.criteria is None:
            raise ValueError("checks are named without their criteria")

    @property
    def restricted(self) -> bool:
        """Whether only a part of the assignment is measured."""
        return (self.criteria, self.checks, self.gates) != (None, None, None)


@dataclass(frozen=True, slots=True)
class Job:
    """One submission to be measured: where it is, the id of its assignment, and how."""

    source: Path
    assignment: str
    options: Options


@dataclass(frozen=True, slots=True)
class Measured:
    """What a job found: the evidence, and all else that its score and its result rest on.

    ``scope`` is ``full`` or ``public``; ``criteria`` are the ids that the run was restricted to, ``gates`` the metrics.
    """

    evidence: Evidence
    provenance: Provenance
    scope: str
    notices: tuple[str, ...]
    criteria: tuple[str, ...] | None = None
    gates: tuple[str, ...] | None = None


def encode(value: Job | Measured) -> bytes:
    """As JSON."""
    return msgspec.json.encode(value, enc_hook=str, order="deterministic")


def decode[T: (Job, Measured)](kind: type[T], data: bytes) -> T:
    """What ``encode`` was given. Raises ``msgspec.ValidationError`` or ``msgspec.DecodeError`` for anything else."""
    return msgspec.json.decode(data, type=kind, dec_hook=_restored)


def _restored(kind: type[Any], value: Any) -> Any:
    return kind(value)
