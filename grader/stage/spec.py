"""What a project is brought to life from."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from grader.domain.advisories import Advisories
from grader.domain.layout import COURSE, Layout
from grader.stage.places import Vendor
from grader.stage.times import LONGEST_S, PATIENCE_S

SandboxKind = Literal["auto", "bubblewrap", "process"]
Mode = Literal["fork", "savepoint"]


@dataclass(frozen=True, slots=True)
class History:
    """A repository of the submission's, not ours, and the hash of the commit that its history ends with."""

    folder: Path
    tip: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StageSpec:
    """A submission, its packages, and how it is run.

    ``submission`` is the root of the trusted copy, ``deps`` the site-packages folder of its environment, ``folder``
    one of this process's own, ``state_dir`` what is kept between runs. ``mode`` is how questions to the loaded project
    are kept apart: each in a child of its own, or in a transaction that is rolled back. All that is asked of the
    project may take ``longest_s`` seconds, and it may leave the grader without an answer for ``patience_s`` of them.
    ``advisories`` are what its packages are audited against, ``history`` what was committed before. With ``compose``
    its Compose file is really started, where this machine has an engine.
    """

    submission: Path
    deps: Path
    sandbox: SandboxKind
    database: Vendor
    mode: Mode
    state_dir: Path
    folder: Path
    layout: Layout = COURSE
    longest_s: float = LONGEST_S
    patience_s: float = PATIENCE_S
    advisories: Advisories | None = None
    history: History | None = None
    compose: bool = False


__all__ = ["History", "Mode", "SandboxKind", "StageSpec", "Vendor"]
