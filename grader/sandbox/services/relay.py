"""Carries the connections of a sandbox to its services, and can be told to fail as networks do."""

import asyncio
import resource
import socket
import struct
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Literal

from grader.sandbox.services.carry import Pair

Mode = Literal["ok", "cut", "hang", "latency"]
_WITHIN_S = 10.0
_MOST = 200  # connections of a link, each of two descriptors
_DESCRIPTORS = 4096
_RESET = struct.pack("ii", 1, 0)


class Link:
    """One listener and the service behind it. ``prelude`` is said to the service first on every connection."""

    def __init__(
        self, run: Callable[[Callable[[], None]], None], listener: socket.socket, upstream: Path, prelude: bytes
    ) -> None:
        self._run, self._listener = run, listener
        self.upstream, self.prelude = upstream, prelude
        self.mode: Mode = "ok"
        self.delay_s = 0.0
        self.pairs: set[Pair] = set()
        self.tasks: set[asyncio.Task[None]] = set()

    def open(self) -> None:
        """Begins to accept; in the relay's thread."""
        asyncio.get_running_loop().add_reader(self._listener, self._accept)

    def set(self, mode: Mode, delay_s: float = 0.0) -> None:
        """From now on: ``ok``; ``cut`` resets connections, ``hang`` passes nothing on, ``latency`` is ``delay_s`` late.

        Back to ``ok`` and what hung goes on, as after a network that lost no packet.
        """
        self._run(lambda: self._set(mode, delay_s))

    def close(self) -> None:
        """Closes the listener and every connection."""
        self._run(self._close)

    def _set(self, mode: Mode, delay_s: float) -> None:
        self.mode, self.delay_s = mode, delay_s
        for pair in list(self.pairs):
            if mode == "cut":
                pair.abort()
            elif mode != "hang" and pair.far.transport is None:
                pair.dial()
            elif mode != "hang":
                pair.near.pass_on()
                pair.far.pass_on()

    def _accept(self) -> None:
        """Takes one connection. Too many are reset, or the sandbox could use up the grader's descriptors."""
        try:
            connection, _ = self._listener.accept()
        except OSError:
            return
        if len(self.pairs) + len(self.tasks) >= _MOST:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            connection.close()
            return
        connection.setblocking(False)
        self.do(self._take(connection))

    async def _take(self, connection: socket.socket) -> None:
        await asyncio.get_running_loop().connect_accepted_socket(lambda: Pair(self).near, connection)

    def do(self, work: Coroutine[None, None, None]) -> None:
        """Starts some work and holds on to it until it is done."""
        task = asyncio.ensure_future(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def _close(self) -> None:
        if self._listener.fileno() >= 0:
            asyncio.get_running_loop().remove_reader(self._listener)
            self._listener.close()
        self.mode = "cut"  # a connection may just be on its way in
        for pair in list(self.pairs):
            pair.abort()


class Relay:
    """All the links of a run, in one thread."""

    def __init__(self) -> None:
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = _DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, _DESCRIPTORS)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
        self._loop = asyncio.new_event_loop()
        self._links: list[Link] = []
        self._thread = threading.Thread(target=self._loop.run_forever, name="relay", daemon=True)
        self._thread.start()

    def attach(self, listener: socket.socket, upstream: Path, *, prelude: bytes = b"") -> Link:
        """Accepts on that TCP or Unix listener, which is the relay's from now on, and connects to the Unix socket."""
        listener.setblocking(False)
        link = Link(self._run, listener, upstream, prelude)
        self._run(link.open)
        self._links.append(link)
        return link

    def close(self) -> None:
        """Closes every link and ends the thread."""
        if self._loop.is_closed():
            return
        for link in self._links:
            link.close()
        asyncio.run_coroutine_threadsafe(_settled(), self._loop).result(_WITHIN_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_WITHIN_S)
        self._loop.close()

    def _run(self, what: Callable[[], None]) -> None:
        """Does something in the relay's thread, and waits until it is done."""
        if self._loop.is_closed():
            return

        async def do() -> None:
            what()
            await asyncio.sleep(0)

        asyncio.run_coroutine_threadsafe(do(), self._loop).result(_WITHIN_S)


async def _settled() -> None:
    """Waits for connections that were just coming in, and for what was closed to be let go of."""
    if waiting := asyncio.all_tasks() - {asyncio.current_task()}:
        await asyncio.wait(waiting, timeout=1)
    for _ in range(3):
        await asyncio.sleep(0)
