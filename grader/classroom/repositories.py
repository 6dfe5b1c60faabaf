"""The instructor's list of where learners' repositories are, as CSV, and the folders that they are kept in."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from grader.classroom.files import folder_name
from grader.classroom.index import full_hash, moment
from grader.domain.errors import UsageError_
from grader.given.names import key
from grader.given.table import Columns, Row, rows_of
from grader.given.text_file import read_text
from grader.intake.names import shown

_LARGEST = 16 << 20
_COLUMNS = Columns(
    ("student", "repository", "branch", "commit", "pushed_at"),
    {
        "id": "student",
        "identifier": "student",
        "url": "repository",
        "student_repository_url": "repository",
        "sha": "commit",
    },
    frozenset(("student_repository_name",)),
)
_SSH = re.compile(r"(?:ssh://)?[\w.-]{1,60}@[\w.-]{1,200}[:/][^\s:][^\s]{0,500}")
_BRANCH = re.compile(r"[^\s~^:?*\[\\\x00-\x20\x7f-][^\s~^:?*\[\\\x00-\x20\x7f]{0,200}")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class Remote:
    """Where a learner's repository is.

    ``address`` is one of https, of ssh or a path. Of ``branch``, the repository's own default where it is "", the
    newest commit is meant, if no ``commit`` is named by its full hash. ``pushed_at`` is when the host received it.
    """

    student: str
    address: str
    branch: str = ""
    commit: str | None = None
    pushed_at: datetime | None = None

    @property
    def folder(self) -> str:
        """The name of the folder that it is kept in: of this student's, and of nobody else's."""
        return f"{folder_name(self.student)}.git"


def read_repositories(path: Path) -> tuple[Remote, ...]:
    """The repositories of a class by student: a CSV file with ``student`` and ``repository``, and perhaps ``branch``,
    ``commit`` (its full hash) and ``pushed_at`` (ISO 8601 with an offset).

    Raises:
        UsageError_: it cannot be read, or a line is wrong; the message names the line.
    """
    rows = rows_of(path, read_text(path, largest=_LARGEST), _COLUMNS, ("student", "repository"))
    found = [(row.line, _remote(row, f"{path}, line {row.line}")) for row in rows]
    _refuse_twice(path, found)
    return tuple(sorted((remote for _, remote in found), key=lambda remote: remote.student))


def _remote(row: Row, place: str) -> Remote:
    student, address = row.cells.get("student", ""), row.cells.get("repository", "")
    for column, cell in (("student", student), ("repository", address)):
        if not cell:
            raise UsageError_(f"{place}: the column `{column}` is empty", "Fill it, or take the line away.")
    branch, commit = row.cells.get("branch", ""), full_hash(row.cells.get("commit", ""), place)
    pushed_at = moment(row.cells.get("pushed_at", ""), place)
    if pushed_at is not None and commit is None:
        raise UsageError_(
            f"{place}: `pushed_at` says when a commit was pushed, and no commit is named",
            "Fill the column `commit` as well, or leave `pushed_at` empty.",
        )
    return Remote(student, _address(address, place), branch and branch_name(branch, place), commit, pushed_at)


def branch_name(text: str, place: str) -> str:
    """The name of a branch. Raises ``UsageError_`` for what git would read as something else, with ``place``."""
    if not _BRANCH.fullmatch(text) or ".." in text or "@{" in text or text.endswith((".lock", "/", ".")):
        raise UsageError_(f"{place}: {shown(text)} is no name of a branch", "Write it as git branch lists it.")
    return text


def _address(text: str, place: str) -> str:
    """The address, if git would read it as what it looks like and no password is in it."""
    parts = urlsplit(text) if "://" in text else None
    if parts is not None and (parts.password or (parts.username and parts.scheme != "ssh")):
        raise UsageError_(
            f"{place}: the address of the repository has a name or a password in it",
            "Take it out; a token is read from the variable GRADER_GIT_TOKEN.",
        )
    scheme = "" if parts is None else parts.scheme
    host = "" if parts is None else parts.hostname or ""
    is_web = bool(host) and (scheme == "https" or (scheme == "http" and host in _LOOPBACK))
    is_path = scheme == "file" or (parts is None and "::" not in text and ":" not in text.partition("/")[0])
    if text.startswith("-") or not (is_web or is_path or _SSH.fullmatch(text)):
        raise UsageError_(
            f"{place}: {shown(text)} is no address of a repository that can be fetched",
            "Write it as https://github.com/example-course/02-ada, as git@host:path, or as a path.",
        )
    return text


def _refuse_twice(path: Path, found: Iterable[tuple[int, Remote]]) -> None:
    lines: dict[str, int] = {}
    for line, remote in found:
        for name in (key(remote.student), remote.folder):
            if lines.setdefault(name, line) != line:
                raise UsageError_(
                    f"{path}, lines {lines[name]} and {line}: {shown(remote.student)} is there twice",
                    "One repository of each student is graded: take one line away.",
                )
