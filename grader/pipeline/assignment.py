"""What a submission is graded against."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from grader.domain.advisories import Advisories
from grader.domain.course import Module
from grader.domain.layout import COURSE, Layout


@dataclass(frozen=True, slots=True)
class Assignment:
    """A module with its checks, or gates alone.

    ``public`` and ``hidden`` are folders of checks (``hidden`` is ``None`` in what learners receive; gates alone have
    neither).
    ``course_lock`` is a folder with the course's pyproject.toml and poetry.lock. ``control`` gives the
    tree of a known-good submission, made on the first call, or is ``None`` where none may exist. ``layout`` is where
    the parts of a project are, unless its ``track.toml`` says otherwise; ``None`` has them looked for in the project.
    ``advisories`` are what packages are audited against.
    """

    module: Module
    public: Path | None
    hidden: Path | None
    course_lock: Path
    control: Callable[[], Path] | None = None
    layout: Layout | None = COURSE
    advisories: Advisories | None = None

    def checks(self, *, public_only: bool) -> tuple[Path, ...]:
        """The folders of checks to run, the public one first."""
        folders = (self.public, None if public_only else self.hidden)
        return tuple(folder for folder in folders if folder is not None)
