"""Carries the connections of a sandbox to its services, and can be told to fail as networks do."""

import asyncio
import contextlib
import socket
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Literal

Mode = Literal["ok", "cut", "hang", "latency"]
_HELD = 1 << 18
_WITHIN_S = 10.0


class _Half(asyncio.Protocol):
    """One end of a carried connection. What it receives waits in ``queue`` whenever it may not be passed on at once."""

    def __init__(self, pair: "_Pair") -> None:
        self.pair = pair
        self.peer: _Half | None = None
        self.transport: asyncio.Transport | None = None
        self.queue: deque[bytes] = deque()
        self.late = 0
        self.ended = self.finished = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.set_write_buffer_limits(_HELD)
        self.pair.made(self)

    def data_received(self, data: bytes) -> None:
        self.queue.append(data)
        self.pass_on()
        if self.held() > _HELD:
            self.pause(True)

    def eof_received(self) -> bool:
        self.ended = True
        self.pass_on()
        return True

    def connection_lost(self, error: Exception | None) -> None:
        self.pair.lost(self)

    def pause_writing(self) -> None:
        if self.peer is not None:
            self.peer.pause(True)

    def resume_writing(self) -> None:
        if self.peer is not None:
            self.peer.pause(False)

    def held(self) -> int:
        """How many bytes wait, late ones included."""
        return self.late + sum(map(len, self.queue))

    def pause(self, pausing: bool) -> None:
        """Stops reading from this end, or goes on."""
        if self.transport is not None and not self.transport.is_closing():
            (self.transport.pause_reading if pausing else self.transport.resume_reading)()

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
        self._settle()

    def _settle(self) -> None:
        """Reads on once little is held; passes the end on once nothing is; closes when both ends have ended."""
        if self.held() <= _HELD and not self.ended:
            self.pause(False)
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
        task = asyncio.ensure_future(self._dial())
        self.link.dialling.add(task)
        task.add_done_callback(self.link.dialling.discard)

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

    def __init__(self, run: Callable[[Callable[[], None]], None], upstream: Path, prelude: bytes) -> None:
        self._run = run
        self.upstream, self.prelude = upstream, prelude
        self.mode: Mode = "ok"
        self.delay_s = 0.0
        self.pairs: set[_Pair] = set()
        self.dialling: set[asyncio.Task[None]] = set()
        self.server: asyncio.Server | None = None

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

    def _close(self) -> None:
        if self.server is not None:
            self.server.close()
        for task in self.dialling:
            task.cancel()
        for pair in list(self.pairs):
            pair.abort()


class Relay:
    """All the links of a run, in one thread."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._links: list[Link] = []
        self._thread = threading.Thread(target=self._loop.run_forever, name="relay", daemon=True)
        self._thread.start()

    def attach(self, listener: socket.socket, upstream: Path, *, prelude: bytes = b"") -> Link:
        """Accepts on that TCP or Unix listener, which is the relay's from now on, and connects to the Unix socket."""
        link = Link(self._run, upstream, prelude)

        async def serve() -> asyncio.Server:
            loop, protocol = asyncio.get_running_loop(), lambda: _Pair(link).near
            if listener.family == socket.AF_UNIX:
                return await loop.create_unix_server(protocol, sock=listener)
            return await loop.create_server(protocol, sock=listener)

        listener.setblocking(False)
        link.server = asyncio.run_coroutine_threadsafe(serve(), self._loop).result(_WITHIN_S)
        self._links.append(link)
        return link

    def close(self) -> None:
        """Closes every link and ends the thread."""
        if self._loop.is_closed():
            return
        for link in self._links:
            link.close()
        self._run(lambda: None)
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
