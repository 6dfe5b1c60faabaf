"""What a run of the checks is asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from grader.checkpoint.spec import Order
from grader.domain.course import Module
from grader.domain.layout import COURSE, Layout
from grader.stage.spec import Mode, SandboxKind, Vendor
from grader.stage.times import LONGEST_REPEATED_S, LONGEST_S


class Site(Protocol):
    """What a run needs of the graded environment: where its packages are, and a key that names them."""

    @property
    def site(self) -> Path:
        """The folder of installed packages."""

    @property
    def key(self) -> str:
        """Names what is installed there."""

    @property
    def origin(self) -> str:
        """Whose lock was installed: ``submission`` or ``course``."""

    @property
    def problems(self) -> tuple[str, ...]:
        """Why it was not the submission's own."""


@dataclass(frozen=True, slots=True)
class CheckRun:
    """One run. ``checks`` are folders named ``public`` and ``hidden``; ``submission`` is the trusted copy's root.

    ``criteria`` restricts the run to some ids; with ``public_only``, criteria without a public check are out of scope.
    ``names`` restricts it to some checks, whatever their parameters. ``lanes`` is how many processes share the checks,
    each with an agent and services of its own. ``cases`` are the (name, public) of the cases to repeat alone, which get
    less time; ``None`` runs all. ``left_out`` are paths that were handed in and not taken, with why; of ``order`` see
    ``spec.Order``.
    """

    module: Module
    checks: tuple[Path, ...]
    submission: Path
    environment: Site
    sandbox: SandboxKind
    database: Vendor
    mode: Mode
    seed: int
    public_only: bool
    criteria: tuple[str, ...] | None
    state_dir: Path
    lanes: int = 1
    cases: tuple[tuple[str, bool], ...] | None = None
    names: tuple[str, ...] | None = None
    layout: Layout = COURSE
    left_out: Mapping[str, str] = field(default_factory=dict)
    order: Order | None = None

    @property
    def longest_s(self) -> float:
        """Seconds that a lane puts checks to the submission."""
        return LONGEST_S if self.cases is None else LONGEST_REPEATED_S
