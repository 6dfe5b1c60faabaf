"""What git says: which files are the author's own, and how a release is committed."""

import os
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from grader.domain.errors import CourseError

# Left out where there is no git to say what is ignored.
_SKIPPED = frozenset(
    (".git", ".venv", "__pycache__", ".mypy_cache", ".pytest_cache", ".ruff_cache", "node_modules", "staticfiles")
)
_UNWANTED = (".pyc", ".sqlite3", ".log", ".coverage")


def own_files(folder: Path) -> tuple[str, ...]:
    """The files below the folder that git tracks or would track, as sorted paths from it.

    What git ignores (caches, databases, an ``.env``) is none of them. Outside a repository, or where git ignores the
    whole folder, everything counts but what tools are known to leave behind.
    """
    listed = _listed(folder, "--cached", "--others", "--exclude-standard")
    found = sorted(listed or _walked(folder))
    return tuple(path for path in found if (folder / path).is_file() or (folder / path).is_symlink())


def untracked(folder: Path) -> tuple[str, ...]:
    """The files below the folder that nobody has added to git yet; none outside a repository."""
    return tuple(sorted(_listed(folder, "--others", "--exclude-standard")))


def git(folder: Path, *words: str, env: Mapping[str, str] | None = None) -> bytes:
    """What a git command prints.

    Raises:
        CourseError: there is no git, or it failed; carries what it complained of.
    """
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *words], env=env or environment(), capture_output=True, check=False
        )
    except FileNotFoundError:
        raise CourseError("there is no git on this machine", "Install git.") from None
    if done.returncode:
        stderr = done.stderr.decode("utf-8", "replace").strip()
        raise CourseError(
            f"git {words[0]} failed in {folder}: {stderr}", "Mend what git complains of, and run it again."
        )
    return done.stdout


def environment() -> dict[str, str]:
    """The environment without what a git hook sets: that speaks of another repository than the one asked about."""
    return {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}


def _listed(folder: Path, *options: str) -> tuple[str, ...]:
    if not folder.is_dir():
        return ()
    try:
        names = git(folder, "ls-files", "-z", *options)
    except CourseError:
        return ()
    return tuple(dict.fromkeys(os.fsdecode(name) for name in names.split(b"\0") if name))


def _walked(folder: Path) -> Iterator[str]:
    for path in folder.rglob("*"):
        relative = path.relative_to(folder)
        known = _SKIPPED & set(relative.parts) or path.name.endswith(_UNWANTED) or path.name == ".env"
        if not known and not path.is_dir():
            yield relative.as_posix()
