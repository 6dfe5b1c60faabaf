"""The trusted copy while it is written: every source of files writes through this one gate."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from grader.intake.entries import too_much
from grader.intake.limits import IntakeLimits
from grader.intake.names import complaint, is_made_by_tools, is_secret, shown

_MOST_NOTICES = 20
_LFS = b"version https://git-lfs.github.com/spec/"
_LFS_REMEDY = (
    "hand in a folder where `git lfs pull` has fetched them, or take them out of LFS "
    "(`git lfs untrack`, `git add --renormalize .`, and commit)"
)
_MOST_NAMED = 3


class Store:
    """Writes plain files below ``root`` and remembers what it left out, and why.

    Raises ``SubmissionError`` as soon as a bound is passed, before more is read or written.
    """

    def __init__(self, root: Path, limits: IntakeLimits) -> None:
        self.root, self.limits = root, limits
        self.files: dict[str, tuple[str, bool]] = {}
        self.left_out: dict[str, str] = {}
        self._pointers: list[str] = []
        self.total = 0
        root.parent.mkdir(parents=True, exist_ok=True)
        if not _is_empty_folder(root):
            _make_folder(root)

    def wants(self, path: str) -> bool:
        """Whether the file or folder at this path is to be taken; notes why it is left out.

        Names are exact: ``Models.py`` and ``models.py`` are two files, as they are where the project is graded.
        """
        parts = PurePosixPath(path).parts
        if any(is_made_by_tools(part) for part in parts):
            return False
        if any(map(is_secret, parts)):
            self.leave_out(path, "it holds settings of one machine, and perhaps secrets")
            return False
        wrong = next(filter(None, map(complaint, parts)), "") or self._too_deep(path, parts)
        if wrong:
            self.leave_out(path, wrong)
        return not wrong

    def _too_deep(self, path: str, parts: tuple[str, ...]) -> str:
        deep = len(parts) > self.limits.depth or len(os.fsencode(path)) > self.limits.path_bytes
        return "its path is too long or too deep" if deep else ""

    def leave_out(self, path: str, why: str) -> None:
        """Keep that the path was not taken; the learner is shown the first twenty, and the number of the rest."""
        self.left_out[shown(path)] = why

    def all_notices(self) -> tuple[str, ...]:
        """The sentences kept, with the number of those that are not shown."""
        notices = [f"{path} was left out: {why}." for path, why in self.left_out.items()]
        rest = len(notices) - _MOST_NOTICES
        return (
            *self._of_pointers(),
            *notices[:_MOST_NOTICES],
            *([f"… and {rest} more like these."] if rest > 0 else ()),
        )

    def _of_pointers(self) -> Iterator[str]:
        """One sentence, however many there are."""
        if self._pointers:
            more = len(self._pointers) - _MOST_NAMED
            named = ", ".join(map(shown, self._pointers[:_MOST_NAMED])) + (f" and {more} more" if more > 0 else "")
            yield f"Pointers of Git LFS stand in place of the files themselves ({named}): {_LFS_REMEDY}."

    def _check(self, path: str, size: int, together: int) -> None:
        """What arrives is counted too, for what was announced may be a lie."""
        if size > self.limits.file_bytes:
            raise too_much(f"{shown(path)} is larger than {self.limits.file_bytes >> 20} MB")
        if together > self.limits.total_bytes:
            raise too_much(f"its files are larger than {self.limits.total_bytes >> 20} MB together")

    def add(self, path: str, pieces: Iterable[bytes], *, executable: bool) -> None:
        """Write one file, counting what really arrives and not what was announced."""
        target, size, digest = self.root / path, 0, hashlib.sha256()
        try:
            for folder in reversed(target.relative_to(self.root).parents[:-1]):
                if not (self.root / folder).is_dir():
                    _make_folder(self.root / folder)
            with target.open("xb") as file:
                for piece in pieces:
                    if size == 0 and piece.startswith(_LFS):
                        self._pointers.append(path)
                    size += len(piece)
                    self._check(path, size, self.total + size)
                    digest.update(piece)
                    file.write(piece)
        except (FileExistsError, NotADirectoryError):
            self.leave_out(path, "another file has its name or that of its folder")
            return
        target.chmod(0o555 if executable else 0o444)
        self.total += size
        self.files[path] = (digest.hexdigest(), executable)

    def tree_hash(self) -> str:
        """SHA-256 over paths, contents and executable bits: the same for the same tree, whenever it was written."""
        digest = hashlib.sha256()
        for path, (content, executable) in sorted(self.files.items()):
            digest.update(f"{path}\0{content}\0{executable:d}\n".encode())
        return digest.hexdigest()


def _is_empty_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink() and not any(path.iterdir())


def _make_folder(path: Path) -> None:
    """Open to the sandbox's own user, whatever this process's umask takes away."""
    path.mkdir()
    path.chmod(0o755)
