"""The environment that a submission is graded in: its own lock's, or the course's where that cannot be used."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from grader.domain.errors import EnvironmentError_
from grader.environment.install import NotInstallable, environment_key, site_for
from grader.environment.kept import kept_lock
from grader.environment.locked import RELOCK, Lock


@dataclass(frozen=True, slots=True)
class Environment:
    """An installed environment.

    ``site`` is a folder of packages to mount read-only. ``key`` is a SHA-256 over the requirements and the Python
    they were installed for. ``origin`` is ``course`` where the submission's own lock could not be used, for the
    reasons in ``problems``, which are sentences for the learner.
    """

    site: Path
    key: str
    packages: Mapping[str, str]
    origin: Literal["submission", "course"]
    problems: tuple[str, ...] = ()


def prepare(submission_root: Path, *, course_lock: Path, cache: Path, progress: Callable[[str], None]) -> Environment:
    """The submission's environment, installed now if ``cache`` does not have it. ``course_lock`` is a project folder.

    Raises:
        EnvironmentError_: packages could not be had, or the course's own lock is wrong.
    """
    lock = kept_lock(submission_root, cache / "locks")
    problems = lock.problems
    if not problems:
        try:
            return _installed(lock, cache, "submission", (), progress)
        except NotInstallable as refused:
            problems = (f"The packages of poetry.lock cannot be installed ({refused}): {RELOCK}.",)
    own = kept_lock(course_lock, cache / "locks")
    if own.problems:
        raise EnvironmentError_(f"the course's own lock is wrong: {own.problems[0]}", f"Mend it in {course_lock}.")
    try:
        return _installed(own, cache, "course", problems, progress)
    except NotInstallable as refused:
        raise EnvironmentError_(
            f"the course's packages cannot be installed: {refused}", f"Lock versions that have wheels in {course_lock}."
        ) from None


def _installed(
    lock: Lock,
    cache: Path,
    origin: Literal["submission", "course"],
    problems: tuple[str, ...],
    progress: Callable[[str], None],
) -> Environment:
    site = site_for(lock.requirements, cache=cache, what=f"{len(lock.packages)} packages", progress=progress)
    return Environment(site, environment_key(lock.requirements), lock.packages, origin, problems)
