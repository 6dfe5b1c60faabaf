"""Starts a reading child, and ends it: by its own limits, by the clock, or when it is no longer needed."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal, cast

from grader.domain.errors import EnvironmentError_
from grader.reader.confine import CRASHED, UID

_HERE = Path(__file__).parent
_PACKAGES = ("site-packages", "dist-packages")
_SLOW = {-int(signal.SIGPROF), -int(signal.SIGXCPU)}
READY = b"ready\n"
Ending = Literal["slow", "broken", "done"]


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one child may take: seconds of processor time, MiB of memory and of one file, seconds by the clock.

    The processor time is what a submission can use up; the clock is many times longer and ends only what the machine
    is to blame for.
    """

    cpu_s: int
    memory_mb: int = 512
    file_mb: int = 0
    wall_s: float = 120.0


class Child:
    """A running child. Leaving the ``with`` kills it and everything of its session."""

    def __init__(
        self,
        program: str,
        words: Sequence[str],
        bounds: Bounds,
        *,
        pass_fds: Sequence[int] = (),
        env: Mapping[str, str] | None = None,
    ) -> None:
        """Start ``program``, a file of this package; ``EnvironmentError_`` if this machine cannot."""
        order = {
            "bounds": {"cpu_s": bounds.cpu_s, "memory_mb": bounds.memory_mb, "file_mb": bounds.file_mb},
            "path": [str(_HERE.parents[1]), *(p for p in sys.path if p.rstrip("/").endswith(_PACKAGES))],
            "env": dict(env or {}),
            "nowhere": tempfile.gettempdir(),
        }
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", *_bytecode(), str(_HERE / program), json.dumps(order), *words],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=_environment(),
                cwd="/",
                pass_fds=tuple(pass_fds),
                start_new_session=True,
            )
        except OSError as problem:
            raise EnvironmentError_(
                f"no process can be started to read the submission: {problem.strerror}", "Free memory, and try again."
            ) from problem
        self.stdin, self.stdout = cast(IO[bytes], self._process.stdin), cast(IO[bytes], self._process.stdout)
        self._late = threading.Event()
        self._timer: threading.Timer | None = None
        self.hurry(bounds.wall_s)

    def __enter__(self) -> "Child":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def await_ready(self) -> None:
        """Wait until the child has given up its rights; ``EnvironmentError_`` if it could not."""
        if self.stdout.readline(len(READY)) != READY:
            self.close()
            raise EnvironmentError_(
                "the process that reads submissions does not start",
                "Run `grader doctor`, and check that the grader's packages are complete.",
            )

    def ended(self) -> Ending:
        """How it ended, once it has: by the limit on its processor time, by anything else that is wrong, or well.

        Raises:
            EnvironmentError_: the clock ended it, and not what it read, or it has failed through a fault of ours.
        """
        with suppress(OSError):
            self.stdin.close()
        code = self._process.wait()
        if self._late.is_set() and code not in _SLOW:
            raise EnvironmentError_(
                "reading the submission came to a halt", "Grade again when the machine has less to do."
            )
        if code == CRASHED:
            raise EnvironmentError_(
                "the process that reads submissions has failed", "Report it: it is a fault of the grader."
            )
        return "slow" if code in _SLOW else "broken" if code else "done"

    def hurry(self, wall_s: float) -> None:
        """From now on, kill it after so many seconds by the clock."""
        self.rest()
        self._timer = threading.Timer(wall_s, self._overdue)
        self._timer.daemon = True
        self._timer.start()

    def rest(self) -> None:
        """Let it wait for as long as it has nothing to do."""
        if self._timer is not None:
            self._timer.cancel()

    def close(self) -> None:
        """Kill it, whatever it does; again is no harm."""
        self.rest()
        self._kill()
        self._process.wait()
        for pipe in (self.stdin, self.stdout):
            with suppress(OSError):
                pipe.close()

    def _overdue(self) -> None:
        self._late.set()
        self._kill()

    def _kill(self) -> None:
        if self._process.poll() is None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)


def hand_over(folder: Path) -> None:
    """Let the user that a child becomes read what is right in this folder, and nobody else, whatever the umask."""
    for path in folder.iterdir():
        path.chmod(0o755 if path.is_dir() else 0o444)
    if os.geteuid() == 0:
        os.chown(folder, UID, UID)


def _bytecode() -> list[str]:
    """Where the child finds its modules compiled: it imports all of them before it reads anything."""
    return ["-X", f"pycache_prefix={sys.pycache_prefix}"] if sys.pycache_prefix else []


def _environment() -> dict[str, str]:
    """Nothing of this process's but what its Python may need to be found."""
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", **kept}
