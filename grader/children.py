"""Programs in processes of their own, several at a time, which can be ended at once with all that they have started."""

import os
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from grader.domain.errors import EnvironmentError_

# A grading takes its sandboxes and servers down in less; then it is killed, and they end with it.
_GRACE_S = 1.5


@dataclass(frozen=True, slots=True)
class Ended:
    """What a program wrote, and how it ended: its exit code, or minus the signal; ``overdue`` if its time was up."""

    said: bytes
    error: bytes
    code: int
    overdue: bool = False


class Children:
    """The programs that are under way. ``end`` ends them, and begins none after; ``what`` names the whole to people."""

    def __init__(self, what: str = "the run") -> None:
        self._what = what
        self._lock = Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._ended = False

    def run(self, words: Sequence[str], room: Path, *, given: bytes = b"", limit_s: float | None = None) -> Ended:
        """Runs a program to its end, or for ``limit_s`` seconds; ``given`` is its input, ``room`` its temporary folder.

        Raises:
            EnvironmentError_: all has been ended, or there is no room for another process.
        """
        child = self._started(words, room)
        try:
            said, error = child.communicate(given, limit_s)
            return Ended(said, error, child.returncode)
        except subprocess.TimeoutExpired:
            self._end([child])
            return Ended(b"", b"", child.wait(), overdue=True)  # a pipe may be held open by what it started
        except BaseException:  # Ctrl-C, where this is the main thread
            self._end([child])
            raise
        finally:
            self._running.discard(child)
            for pipe in (child.stdin, child.stdout, child.stderr):
                if pipe is not None:
                    with suppress(OSError):
                        pipe.close()

    def _started(self, words: Sequence[str], room: Path) -> "subprocess.Popen[bytes]":
        pipe = subprocess.PIPE
        env = os.environ | {"TMPDIR": str(room)}
        with self._lock:
            if self._ended:
                raise EnvironmentError_(f"{self._what} has ended")
            try:
                # A session of its own: Ctrl-C in the terminal reaches this process alone, which ends the others.
                child = subprocess.Popen(words, env=env, stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=True)
            except OSError as problem:
                raise EnvironmentError_(
                    f"a grading could not be started: {problem.strerror}", "Grade fewer at a time: --workers 1."
                ) from None
            self._running.add(child)
        return child

    def end(self) -> None:
        """Ends what is under way, in less than two seconds."""
        with self._lock:
            self._ended = True
            running = list(self._running)
        self._end(running)

    def _end(self, running: Sequence["subprocess.Popen[bytes]"]) -> None:
        for child in running:
            child.terminate()
        for child in running:
            with suppress(subprocess.TimeoutExpired):
                child.wait(_GRACE_S / len(running))
            if child.poll() is None:  # else its number may be another's by now
                with suppress(ProcessLookupError):
                    os.killpg(child.pid, signal.SIGKILL)  # with what shares its session
