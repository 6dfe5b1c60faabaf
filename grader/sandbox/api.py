"""What a sandbox is: the values that describe a launch, and the interfaces that every backend keeps."""

import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from grader.domain.layout import COURSE

Kind = Literal["auto", "bubblewrap", "process"]
Role = Literal["postgres", "redis", "tool"]


@dataclass(frozen=True, slots=True)
class Mount:
    """A file or directory of the host that the sandbox sees at ``target``, an absolute path inside.

    A writable one must belong to ``Sandbox.uid``.
    """

    source: Path
    target: str
    writable: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """What one sandbox may use, in all its processes together unless stated otherwise.

    ``memory_mb`` and ``cpus`` (how many processors' time) need control groups, and so does ``processes`` for all users
    inside together; ``address_mb`` bounds each process by itself and holds everywhere
    (``None`` for programs that reserve far more than they use, such as hadolint). ``file_mb`` bounds one file,
    ``open_files`` and ``cpu_s`` one process, ``tmp_mb`` all of /tmp. After ``wall_s`` seconds everything is killed.
    """

    memory_mb: int = 1024
    processes: int = 64
    cpus: float = 2.0
    file_mb: int = 64
    open_files: int = 512
    tmp_mb: int = 256
    wall_s: float = 120.0
    cpu_s: int | None = None
    address_mb: int | None = 2048


# For a server: PostgreSQL reserves more memory than it uses. The log is bounded by ``file_mb``.
SERVER_LIMITS = Limits(tmp_mb=512, file_mb=256, processes=96, address_mb=None, wall_s=86400.0, open_files=1024)


# The number inside of the first descriptor that is passed in.
FIRST_FD = 3


@dataclass(frozen=True, slots=True)
class Launch:
    """One thing to run inside.

    ``argv`` is Python, run by the launcher: ``("-m", "gunicorn", …)``, ``("-c", code)`` or ``("manage.py", "check")``;
    with ``raw`` it is a program and its arguments. ``pass_fds`` are numbered from ``FIRST_FD`` on inside, in their
    order: a number of the grader's own may lie above ``open_files``. For each of ``ports`` the launcher opens
    127.0.0.1:port inside and hands the listening socket out, so that the trusted side accepts the connections.
    ``sources`` are folders of the submission that modules are imported from, before its root.
    ``copy_submission`` gives a writable copy, in memory. At most ``output_limit`` bytes of the output are kept.
    """

    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    mounts: tuple[Mount, ...] = ()
    limits: Limits = Limits()
    pass_fds: tuple[int, ...] = ()
    ports: tuple[int, ...] = ()
    sources: tuple[str, ...] = COURSE.sources
    copy_submission: bool = False
    raw: bool = False
    cwd: str = "/submission"
    output_limit: int = 1 << 20


@dataclass(frozen=True, slots=True)
class Usage:
    """What a sandbox took. ``None`` where this machine has no control group to tell.

    ``refused_forks`` counts the processes that the limit kept from starting.
    """

    peak_memory_mb: float | None = None
    oom_kills: int | None = None
    refused_forks: int | None = None
    timed_out: bool = False


@dataclass(frozen=True, slots=True)
class Load:
    """What a sandbox has used of the processors so far.

    ``computed_s`` counts all of its processes, also those that have ended; ``None`` where no control group tells.
    ``threads`` are those that live: by number, seconds computing and seconds ready to run without a processor.
    """

    computed_s: float | None
    threads: Mapping[int, tuple[float, float]]

    def computed_since(self, before: "Load") -> float:
        """Seconds of processor time since an earlier reading."""
        if self.computed_s is not None and before.computed_s is not None:
            return max(0.0, self.computed_s - before.computed_s)
        return self._grown(before, 0)

    def waited_since(self, before: "Load") -> float:
        """Seconds that threads which still live have waited for a processor since, all together."""
        return self._grown(before, 1)

    def _grown(self, before: "Load", which: int) -> float:
        nothing = (0.0, 0.0)
        return sum(max(0.0, now[which] - before.threads.get(n, nothing)[which]) for n, now in self.threads.items())


class Process(Protocol):
    """A running sandbox: all the processes in it, as one."""

    @property
    def listeners(self) -> Mapping[int, socket.socket]:
        """The listening sockets handed out, by the port asked for. Whoever takes one closes it."""

    @property
    def limits_held(self) -> frozenset[str]:
        """Which of ``memory``, ``processes`` and ``cpu`` the kernel limits for all processes inside together."""

    def port(self, port: int) -> int:
        """The port by which the processes inside reach what ``ports`` named ``port``."""

    def poll(self) -> int | None:
        """The exit status, 128 + N after signal N; ``None`` while it runs."""

    def wait(self, timeout_s: float) -> int:
        """The exit status; ``TimeoutError`` if it still runs then, and goes on running."""

    def terminate(self) -> None:
        """SIGTERM to the program that was launched, as an operator ends it; its children hear of it from that."""

    def kill(self) -> None:
        """Ends every process inside, at once; again is no harm."""

    def remember(self) -> None:
        """Notes what is inside before a check: what ``restore`` brings it back to. Ends all but the first process.

        Not before the launched program has been heard of: until then its sandbox is still being made.
        """

    def restore(self) -> bool:
        """Ends all processes but the first, and puts /tmp and /dev/shm back. False if that cannot be: then kill it.

        The sandbox that is none is left as it is.
        """

    def output(self) -> bytes:
        """Standard output and error so far; of too much, the beginning and the end."""

    def usage(self) -> Usage:
        """What it has taken, final once it has ended."""

    def load(self) -> Load:
        """What it has used of the processors by now."""

    def memory_mb(self) -> float:
        """The memory that its processes have each for itself by now, as a sum."""


class Sandbox(Protocol):
    """A way to run what a submission brings. ``official`` is true if it isolates."""

    @property
    def name(self) -> str:
        """``bubblewrap`` or ``process``."""

    @property
    def official(self) -> bool:
        """Whether a result measured in it may be called official."""

    @property
    def uid(self) -> int:
        """Who the processes inside are on the host: the owner that a writable mount needs."""

    def reserve(self, ports: tuple[int, ...]) -> Mapping[int, int]:
        """For each port that a launch will name, the one to write into its URLs."""

    def start(self, launch: Launch, *, submission: Path | None, deps: Path | None) -> Process:
        """Starts it, and returns once its listeners are here; ``SandboxError`` if the sandbox itself fails.

        Inside, the submission is at /submission and the packages are at /deps, read-only, with no network but
        the sandbox's own loopback. Only the submission's fault shows as an exit status.
        """

    def for_service(self, name: Role) -> "Sandbox":
        """One of the same kind for a service or a tool, whose processes have a user of their own if root starts it."""

    def missing_limits(self) -> tuple[str, ...]:
        """What no limit holds for, a sentence each: of all that it and those of ``for_service`` have started so far.

        Empty if the memory and the processes of each were limited as a whole. Ask when the work is done.
        """

    def close(self) -> None:
        """Kills what still runs and removes what the sandbox keeps on disk."""
