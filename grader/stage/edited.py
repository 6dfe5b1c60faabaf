"""A copy of the submission with some files changed: what a check says about the original, asked of a variant."""

import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from grader.domain.errors import CourseError


@contextmanager
def edited(root: Path, edits: Mapping[str, str] | None, folder: Path) -> Iterator[Path]:
    """The root of a copy, below ``folder``, in which these paths have these texts; the original if there are none."""
    if not edits:
        yield root
        return
    copy = folder / f"edited-{secrets.token_hex(6)}"
    try:
        shutil.copytree(root, copy, symlinks=True)
        copy.chmod(0o755)
        for name, text in edits.items():
            _write(copy, name, text)
        yield copy
    finally:
        shutil.rmtree(copy, ignore_errors=True)


def _write(root: Path, name: str, text: str) -> None:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        raise CourseError(f"{name} is no path in a submission.")
    target = root / path
    target.parent.chmod(0o755) if target.parent.is_dir() else target.parent.mkdir(parents=True)
    target.unlink(missing_ok=True)
    target.write_text(text, encoding="utf-8")
    target.chmod(0o644)
