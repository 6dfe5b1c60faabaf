"""What proves that a message comes from somebody who has the key of the class: HMAC-SHA256 over its bytes."""

import hmac
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from grader.domain.errors import UsageError_

VARIABLE = "GRADER_WORKER_KEY"
_FEWEST = 32  # bytes; `openssl rand -hex 32` gives 64
_LARGEST = 4096
_HOW = "Make one, and give it to the coordinator and to every worker: openssl rand -hex 32 > worker.key"


class Forged(Exception):
    """It was not signed with this key, or not for this purpose."""


class Purpose(StrEnum):
    """What was signed: an answer is never taken for a task, whoever moves it."""

    TASK = "task"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True, repr=False)
class Key:
    """The secret that coordinator and workers share. It shows in no message, log or traceback."""

    secret: bytes

    def seal(self, purpose: Purpose, body: bytes) -> bytes:
        """The body, with what proves where it comes from before it."""
        return self._mark(purpose, body) + b"\n" + body

    def opened(self, purpose: Purpose, data: bytes) -> bytes:
        """The body that was sealed for this purpose. Raises ``Forged`` for anything else."""
        mark, _, body = data.partition(b"\n")
        if not hmac.compare_digest(mark, self._mark(purpose, body)):
            raise Forged
        return body

    def _mark(self, purpose: Purpose, body: bytes) -> bytes:
        said = b"django-track 1 %s\n%s" % (purpose.encode(), body)
        return hmac.digest(self.secret, said, "sha256").hex().encode()


def read_key(file: Path | None, variable: str | None) -> Key:
    """The key in the file, or in the text of the environment variable; white space around it does not count.

    Raises:
        UsageError_: there is none, it cannot be read, or it is too short to be one.
    """
    if file is None and not variable:
        raise UsageError_(
            "there is no key to sign messages with",
            f"Name its file: --key-file worker.key. Or set the variable {VARIABLE}. {_HOW}",
        )
    secret = _contents(file) if file is not None else (variable or "").encode("utf-8", "surrogateescape")
    secret = secret.strip()
    if len(secret) < _FEWEST:
        place = str(file) if file is not None else f"the variable {VARIABLE}"
        raise UsageError_(f"the key in {place} has {len(secret)} bytes, and needs {_FEWEST} at least", _HOW)
    return Key(secret)


def _contents(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(_LARGEST)
    except OSError as problem:
        raise UsageError_(f"the key cannot be read from {file}: {problem.strerror}", _HOW) from None
