"""What a submission is graded against."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from grader.domain.course import Module
from grader.domain.layout import COURSE, Layout


@dataclass(frozen=True, slots=True)
class Assignment:
    """A module with its checks.

    ``public`` and ``hidden`` are folders of checks (``hidden`` is ``None`` in what learners receive).
    ``course_lock`` is a folder with the course's pyproject.toml and poetry.lock. ``control`` gives the
    tree of a known-good submission, made on the first call, or is ``None`` where none may exist. ``layout`` is where
    the parts of a project are, unless its ``track.toml`` says otherwise.
    """

    module: Module
    public: Path
    hidden: Path | None
    course_lock: Path
    control: Callable[[], Path] | None = None
    layout: Layout = COURSE

    def checks(self, *, public_only: bool) -> tuple[Path, ...]:
        """The folders of checks to run, the public one first."""
        return (self.public,) if public_only or self.hidden is None else (self.public, self.hidden)
