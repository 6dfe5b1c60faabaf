"""Carries the connections of a sandbox to its services, and can be made to fail as networks do."""

import asyncio
import resource
import socket
import struct
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Literal

from grader.sandbox.services.carry import Carried, Network

Mode = Literal["ok", "cut", "hang", "latency"]
_WITHIN_S = 10.0
_MOST = 200  # connections of a route, each of two descriptors
_DESCRIPTORS = 4096
_READ_AHEAD = 1 << 17
_RESET = struct.pack("ii", 1, 0)
Run = Callable[[Callable[[], Awaitable[None]]], None]


class Route:
    """One listener and the service behind it. ``prelude`` is sent to the service first on every connection."""

    def __init__(self, run: Run, listener: socket.socket, upstream: Path, prelude: bytes) -> None:
        self._run, self._listener = run, listener
        self._upstream, self._prelude = upstream, prelude
        self._network = Network()
        self._carried: set[Carried] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def set(self, mode: Mode, delay_s: float = 0.0) -> None:
        """From now on: ``ok``; ``cut`` resets connections, ``hang`` passes nothing on, ``latency`` is ``delay_s`` late.

        Back to ``ok`` and what hung goes on, as after a network that lost no packet.
        """

        async def change() -> None:
            """In the relay's thread."""
            self._network.set(mode, delay_s)
            if mode == "cut":
                self._cut()

        self._run(change)

    def lead_to(self, upstream: Path) -> None:
        """From now on new connections go to that Unix socket."""
        self._upstream = upstream

    def held(self) -> int:
        """How many bytes wait in the relay to be passed on."""
        return sum(carried.held() for carried in list(self._carried))

    def __len__(self) -> int:
        """How many connections there are."""
        return len(self._tasks)

    async def open(self) -> None:
        """Begins to accept; in the relay's thread.

        Not by ``asyncio.start_server``, which takes connections without bound, and loses one that comes as it closes.
        """
        asyncio.get_running_loop().add_reader(self._listener, self._accept)

    def close(self) -> None:
        """Closes the listener and every connection."""
        self._run(self._close)

    def _accept(self) -> None:
        """Takes one connection. Too many are reset, or the sandbox could use up the grader's descriptors."""
        try:
            connection, _ = self._listener.accept()
        except OSError:
            return
        if len(self._tasks) >= _MOST or self._network.is_cut:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            connection.close()
            return
        connection.setblocking(False)
        task = asyncio.ensure_future(self._carry(connection))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _carry(self, connection: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(_READ_AHEAD, loop=loop)
        protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
        transport, _ = await loop.connect_accepted_socket(lambda: protocol, connection)
        carried = Carried(self._network, reader, asyncio.StreamWriter(transport, protocol, reader, loop))
        self._carried.add(carried)
        try:
            await carried.to(self._upstream, self._prelude)
        finally:
            self._carried.discard(carried)

    def _cut(self) -> None:
        for carried in list(self._carried):
            carried.abort()

    async def _close(self) -> None:
        self._network.set("cut", 0.0)  # a connection may just be on its way in
        if self._listener.fileno() >= 0:
            asyncio.get_running_loop().remove_reader(self._listener)
            self._listener.close()
        self._cut()


class Relay:
    """All the routes of a run, in one thread."""

    def __init__(self) -> None:
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = _DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, _DESCRIPTORS)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
        self._loop = asyncio.new_event_loop()
        self._routes: list[Route] = []
        self._thread = threading.Thread(target=self._loop.run_forever, name="relay", daemon=True)
        self._thread.start()

    def attach(self, listener: socket.socket, upstream: Path, *, prelude: bytes = b"") -> Route:
        """Accepts on that TCP or Unix listener, which is the relay's from now on, and connects to the Unix socket."""
        listener.setblocking(False)
        route = Route(self._run, listener, upstream, prelude)
        self._run(route.open)
        self._routes.append(route)
        return route

    def close(self) -> None:
        """Closes every route and ends the thread."""
        if self._loop.is_closed():
            return
        for route in self._routes:
            route.close()
        self._run(_settled)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_WITHIN_S)
        self._loop.close()

    def _run(self, what: Callable[[], Awaitable[None]]) -> None:
        """Does something in the relay's thread, and waits until it is done."""
        if self._loop.is_closed():
            return

        async def do() -> None:
            await what()
            await asyncio.sleep(0)

        asyncio.run_coroutine_threadsafe(do(), self._loop).result(_WITHIN_S)


async def _settled() -> None:
    """Waits for connections that were just coming in, and for what was closed to be let go of."""
    loop = asyncio.get_running_loop()
    ends = loop.time() + 1
    quiet = 0
    while quiet < 3 and (left := ends - loop.time()) > 0:
        if waiting := asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.wait(waiting, timeout=left)
        quiet = 0 if waiting else quiet + 1
        await asyncio.sleep(0)
