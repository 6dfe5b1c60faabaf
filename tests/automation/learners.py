"""A learner's repository, begun from a release, and what the learner pushes to it."""

import os
import subprocess
from pathlib import Path

from grader.course import Course, project_to
from grader.course.release import release
from grader.domain.course import State

NOBODY = {
    "PATH": os.environ["PATH"],
    "HOME": "/nonexistent",
    "GIT_CONFIG_GLOBAL": os.devnull,
    **{f"GIT_{who}_{what}": "a@b.c" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
}
STARTER = "modules/02-domain-modeling/starter"
AT = "2026-03-01T12:00:00+01:00"


def git(folder: Path, *words: str) -> str:
    """What git says of the repository in the folder."""
    env = NOBODY | {"GIT_AUTHOR_DATE": AT, "GIT_COMMITTER_DATE": AT}
    done = subprocess.run(["git", "-C", str(folder), *words], env=env, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def begun(course: Course, folder: Path) -> Path:
    """The repository of a learner who has done nothing yet: a release of module 02, pushed to a host, and cloned."""
    release(course, folder / "release", module=2)
    subprocess.run(["git", "clone", "-q", "--bare", str(folder / "release"), str(folder / "02-ada.git")], check=True)
    subprocess.run(["git", "clone", "-q", str(folder / "02-ada.git"), str(folder / "ada")], check=True)
    return folder / "ada"


def solve(course: Course, repository: Path) -> None:
    """The learner does all of it, and pushes."""
    project_to(course, State(2, True), repository / "solution")
    git(repository, "rm", "-r", "-q", STARTER)
    (repository / STARTER).parent.mkdir(parents=True, exist_ok=True)
    (repository / "solution").rename(repository / STARTER)
    push(repository)


def push(repository: Path) -> None:
    """Commits and pushes what is there."""
    git(repository, "add", "--all", "--force")
    git(repository, "commit", "-q", "-m", "Work")
    git(repository, "push", "-q", "origin", "HEAD:main")
