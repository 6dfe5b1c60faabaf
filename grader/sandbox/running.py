"""A process that was started for a submission: its output kept within bounds, its time watched, killed as a whole."""

import atexit
import contextlib
import os
import select
import signal
import socket
import subprocess
import threading
import time
import weakref
from collections import deque
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache

from grader import ending
from grader.domain.errors import SandboxError
from grader.sandbox.api import Load, Usage
from grader.sandbox.cgroup import Group
from grader.sandbox.load import own_memory_mb, usage
from grader.sandbox.sweep import Sweep, opened_program
from grader.sandbox.tree import Changed

_CHUNK = 1 << 16
_FLOOD = 64 << 20
_KILL_WITHIN_S = 10.0


class Output:
    """The beginning and the end of a stream, of at most ``limit`` bytes together."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._head = bytearray()
        self._tail: deque[bytes] = deque()
        self._held = self.dropped = 0
        self._lock = threading.Lock()

    def add(self, data: bytes) -> None:
        """Takes the next bytes; forgets from the middle what is too much."""
        with self._lock:
            room = self._limit // 2 - len(self._head)
            self._head += data[: max(0, room)]
            if rest := data[max(0, room) :]:
                self._tail.append(rest)
                self._held += len(rest)
            while self._tail and self._held - len(self._tail[0]) >= self._limit // 2:
                gone = len(self._tail.popleft())
                self._held -= gone
                self.dropped += gone

    def read(self) -> bytes:
        """What was kept, with a line that says how much was not."""
        with self._lock:
            tail = b"".join(self._tail)
            over = max(0, len(tail) - self._limit // 2)
            dropped = self.dropped + over
            middle = b"\n[... %d bytes left out ...]\n" % dropped if dropped else b""
            return bytes(self._head) + middle + tail[over:]


class Running:
    """Keeps ``api.Process`` for any backend. A thread of its own drains, watches the clock, reaps and cleans up."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        pass_fds: Sequence[int],
        env: Mapping[str, str],
        wall_s: float,
        output_limit: int,
        group: Group,
        ports: Mapping[int, int] | None = None,
        cwd: str | None = None,
        own_group: bool = False,
    ) -> None:
        self.listeners: dict[int, socket.socket] = {}
        self._ports, self._group = dict(ports or {}), group
        self._output = Output(output_limit)
        self._usage: Usage | None = None
        self._sweep: Sweep | None = None
        self._deadline, self._timed_out, self._own_group = time.monotonic() + wall_s, False, own_group
        self._ended = threading.Event()
        _refuse(group)
        reader, writer = os.pipe()
        coming = _spawner().submit(_popen, command, writer, tuple(pass_fds), dict(env), cwd)
        try:
            self._popen = coming.result()
        except BaseException as error:
            coming.add_done_callback(_kill_late)
            os.close(reader)
            group.remove()
            if isinstance(error, OSError):
                raise SandboxError(
                    f"{command[0]} could not be started: {error}", "Run `grader doctor` to see what this machine lacks."
                ) from error
            raise
        finally:
            os.close(writer)
        self._pidfd = os.pidfd_open(self._popen.pid)
        _LIVING.add(self)
        threading.Thread(target=self._keep, args=(reader,), name="sandbox-keeper", daemon=True).start()
        if ending.has_begun():  # between the refusal above and now
            self._signal()

    @property
    def limits_held(self) -> frozenset[str]:
        """See ``api.Process``."""
        return self._group.held

    def port(self, port: int) -> int:
        """See ``api.Process``."""
        return self._ports.get(port, port)

    def poll(self) -> int | None:
        """See ``api.Process``."""
        return _status(self._popen.returncode) if self._ended.is_set() else None

    def wait(self, timeout_s: float) -> int:
        """See ``api.Process``."""
        if not self._ended.wait(timeout_s):
            raise TimeoutError(f"still running after {timeout_s:g} s")
        return _status(self._popen.returncode)

    def terminate(self) -> None:
        """See ``api.Process``."""
        if self._ended.is_set():
            return
        with contextlib.suppress(OSError):
            program = self._pidfd if self._own_group else opened_program(self._popen.pid)
            try:
                signal.pidfd_send_signal(program, signal.SIGTERM)
            finally:
                if program != self._pidfd:
                    os.close(program)

    def kill(self) -> None:
        """See ``api.Process``."""
        self._signal()
        self._ended.wait(_KILL_WITHIN_S)
        if self._sweep is not None:
            self._sweep.close()
        for listener in self.listeners.values():
            listener.close()

    def remember(self) -> None:
        """See ``api.Process``."""
        with contextlib.suppress(Changed, OSError):
            if self._sweep is None and not self._own_group:
                self._sweep = Sweep(self._popen.pid)
            if self._sweep is not None:
                self._sweep.remember()

    def restore(self) -> bool:
        """See ``api.Process``."""
        try:
            if self._sweep is not None:
                self._sweep.restore()
        except (Changed, OSError):
            return False
        return self._own_group or self._sweep is not None

    def output(self) -> bytes:
        """See ``api.Process``."""
        return self._output.read()

    def usage(self) -> Usage:
        """See ``api.Process``."""
        return self._usage or self._measure()

    def load(self) -> Load:
        """See ``api.Process``."""
        threads = {} if self._ended.is_set() else usage(self._popen.pid)
        return Load(self._group.computed_s(), threads)

    def memory_mb(self) -> float:
        """See ``api.Process``."""
        return 0.0 if self._ended.is_set() else own_memory_mb(self._popen.pid)

    def _signal(self) -> None:
        """SIGKILL, which takes the whole tree along; by a descriptor, so never to a successor of its number."""
        if self._ended.is_set():
            return
        with contextlib.suppress(ProcessLookupError, OSError):
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
        if self._own_group:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._popen.pid, signal.SIGKILL)

    def _measure(self) -> Usage:
        group = self._group
        return Usage(group.peak_mb(), group.oom_kills(), group.refused_forks(), self._timed_out)

    def _keep(self, reader: int) -> None:
        """Drains the output until the process has ended, or ends it when its time is up."""
        poller = select.poll()
        poller.register(reader, select.POLLIN)
        poller.register(self._pidfd, select.POLLIN)
        alive = True
        while alive:
            for descriptor, _ in poller.poll(max(0.0, self._deadline - time.monotonic()) * 1000 + 1):
                if descriptor == self._pidfd:
                    alive = False
                elif data := os.read(reader, _CHUNK):
                    self._output.add(data)
                    if self._output.dropped > _FLOOD:  # or a flood would take half of the grader's own time
                        time.sleep(0.005)
                else:
                    poller.unregister(reader)
            if alive and time.monotonic() > self._deadline:
                self._timed_out = True
                self._signal()
                self._deadline += _KILL_WITHIN_S
        self._drain(reader)
        self._finish()

    def _drain(self, reader: int) -> None:
        """What is still in the pipe; all writers have ended, or are strays of the process backend."""
        os.set_blocking(reader, False)
        with contextlib.suppress(BlockingIOError):
            for _ in range(64):
                if not (data := os.read(reader, _CHUNK)):
                    break
                self._output.add(data)
        os.close(reader)

    def _finish(self) -> None:
        self._popen.wait()
        if self._own_group:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._popen.pid, signal.SIGKILL)
        self._usage = self._measure()
        self._group.remove()
        _LIVING.discard(self)  # before the descriptor's number can be another's
        os.close(self._pidfd)
        self._ended.set()


_LIVING: "weakref.WeakSet[Running]" = weakref.WeakSet()


@atexit.register
def end_all() -> None:
    """A grader that ends leaves nothing behind; bubblewrap's own parent-death signal covers one that is killed."""
    for process in list(_LIVING):
        process._signal()


def wait_for_all(most_s: float) -> None:
    """Returns once every process has ended and its control group is gone, or after so many seconds."""
    deadline = time.monotonic() + most_s
    for process in list(_LIVING):
        process._ended.wait(max(0.0, deadline - time.monotonic()))


def _refuse(group: Group) -> None:
    """Nothing is started in a run that is to end."""
    try:
        ending.refuse_if_begun()
    except KeyboardInterrupt:
        group.remove()
        raise


@cache
def _spawner() -> ThreadPoolExecutor:
    """The thread that starts every process: the parent-death signal comes when the *thread* that forked ends."""
    return ThreadPoolExecutor(1, thread_name_prefix="sandbox-spawner")


def _popen(
    command: Sequence[str], out: int, fds: tuple[int, ...], env: dict[str, str], cwd: str | None
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=out,
        stderr=out,
        pass_fds=fds,
        env=env,
        cwd=cwd,
        start_new_session=True,
    )


def _kill_late(coming: "Future[subprocess.Popen[bytes]]") -> None:
    """Ends a process that came after the wait for it was interrupted."""
    if coming.exception() is None:
        coming.result().kill()


def _status(returncode: int) -> int:
    return returncode if returncode >= 0 else 128 - returncode
