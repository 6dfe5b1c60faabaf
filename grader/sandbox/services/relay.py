"""Carries the connections of a sandbox to its services, and can be told to fail as networks do."""

import asyncio
import contextlib
import resource
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Literal

Mode = Literal["ok", "cut", "hang", "latency"]
_HELD = 1 << 18
_WITHIN_S = 10.0
_MOST = 200  # connections of a link, each of two descriptors
_DESCRIPTORS = 4096
_RESET = struct.pack("ii", 1, 0)


class _Half(asyncio.Protocol):
    """One end of a carried connection. What it receives waits in ``queue`` whenever it may not be passed on at once."""

    def __init__(self, pair: "_Pair") -> None:
        self.pair = pair
        self.peer: _Half | None = None
        self.transport: asyncio.Transport | None = None
        self.queue: deque[bytes] = deque()
        self.late = 0
        self.ended = self.finished = self.peer_full = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.set_write_buffer_limits(_HELD)
        self.pair.made(self)

    def data_received(self, data: bytes) -> None:
        self.queue.append(data)
        self.pass_on()
        self.steady()

    def eof_received(self) -> bool:
        self.ended = True
        self.pass_on()
        return True

    def connection_lost(self, error: Exception | None) -> None:
        self.pair.lost(self)

    def pause_writing(self) -> None:
        if self.peer is not None:
            self.peer.peer_full = True
            self.peer.steady()

    def resume_writing(self) -> None:
        if self.peer is not None:
            self.peer.peer_full = False
            self.peer.steady()

    def held(self) -> int:
        """How many bytes wait, late ones included."""
        return self.late + sum(map(len, self.queue))

    def steady(self) -> None:
        """Reads from this end while what is received can go on or is not much; or else lets the sender wait."""
        if self.transport is not None and not self.transport.is_closing() and not self.ended:
            wait = self.peer_full or self.held() > _HELD
            (self.transport.pause_reading if wait else self.transport.resume_reading)()

    def pass_on(self) -> None:
        """Gives the peer what waits, as the link's mode wants it, and then the end if there is one."""
        link = self.pair.link
        if self.peer is None or link.mode == "hang":
            return
        if link.mode == "latency":
            self._pass_on_late(link.delay_s)
            return
        while self.queue and not self.late:
            self.peer.send(self.queue.popleft())
        self._settle()

    def send(self, data: bytes) -> None:
        """Writes to this end, unless it is gone."""
        if self.transport is not None and not self.transport.is_closing():
            self.transport.write(data)

    def _pass_on_late(self, delay_s: float) -> None:
        loop = asyncio.get_running_loop()
        while self.queue:
            data = self.queue.popleft()
            self.late += len(data)
            loop.call_later(delay_s, self._arrive, data)
        if self.ended:
            loop.call_later(delay_s, self._settle)

    def _arrive(self, data: bytes) -> None:
        self.late -= len(data)
        if self.peer is not None:
            self.peer.send(data)
        self.pass_on()

    def _settle(self) -> None:
        """Reads on if it may; passes the end on once nothing waits; closes when both ends have ended."""
        self.steady()
        if not self.ended or self.queue or self.late or self.finished or self.peer is None:
            return
        self.finished = True
        if self.peer.finished:
            self.pair.close()
        elif self.peer.transport is not None and not self.peer.transport.is_closing():
            with contextlib.suppress(OSError, RuntimeError):
                self.peer.transport.write_eof()


class _Pair:
    """A connection that came in and the one made for it."""

    def __init__(self, link: "Link") -> None:
        self.link = link
        self.near, self.far = _Half(self), _Half(self)

    def made(self, half: _Half) -> None:
        if half is self.far:
            self.near.peer, self.far.peer = self.far, self.near
            if self.link.prelude:
                self.far.send(self.link.prelude)
            self.near.pass_on()
            return
        self.link.pairs.add(self)
        if self.link.mode == "cut":
            self.abort()
        elif self.link.mode != "hang":
            self.dial()

    def dial(self) -> None:
        """Connects to the service; without one the near end is reset, as by a machine with nothing on that port."""
        self.link.do(self._dial())

    async def _dial(self) -> None:
        try:
            await asyncio.get_running_loop().create_unix_connection(lambda: self.far, str(self.link.upstream))
        except OSError:
            self.abort()
            return
        if self not in self.link.pairs:
            self.abort()

    def lost(self, half: _Half) -> None:
        self.link.pairs.discard(self)
        other = self.far if half is self.near else self.near
        if other.transport is not None and not other.transport.is_closing():
            other.transport.close()

    def close(self) -> None:
        for half in (self.near, self.far):
            if half.transport is not None:
                half.transport.close()

    def abort(self) -> None:
        self.link.pairs.discard(self)
        for half in (self.near, self.far):
            if half.transport is not None:
                half.transport.abort()


class Link:
    """One listener and the service behind it. ``prelude`` is said to the service first on every connection."""

    def __init__(
        self, run: Callable[[Callable[[], None]], None], listener: socket.socket, upstream: Path, prelude: bytes
    ) -> None:
        self._run, self._listener = run, listener
        self.upstream, self.prelude = upstream, prelude
        self.mode: Mode = "ok"
        self.delay_s = 0.0
        self.pairs: set[_Pair] = set()
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
        await asyncio.get_running_loop().connect_accepted_socket(lambda: _Pair(self).near, connection)

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
