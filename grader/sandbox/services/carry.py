"""One carried connection of the relay: two ends that pass on what they receive, with bounded memory."""

import asyncio
import contextlib
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.sandbox.services.relay import Link

HELD = 1 << 18


class Half(asyncio.Protocol):
    """One end of a carried connection. What it receives waits in ``queue`` whenever it may not be passed on at once."""

    def __init__(self, pair: "Pair") -> None:
        self.pair = pair
        self.peer: Half | None = None
        self.transport: asyncio.Transport | None = None
        self.queue: deque[bytes] = deque()
        self.late = 0
        self.ended = self.finished = self.peer_full = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio when this end is connected."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.set_write_buffer_limits(HELD)
        self.pair.made(self)

    def data_received(self, data: bytes) -> None:
        """Called by asyncio with what this end has sent."""
        self.queue.append(data)
        self.pass_on()
        self.steady()

    def eof_received(self) -> bool:
        """Called by asyncio when this end will send no more; it may still receive."""
        self.ended = True
        self.pass_on()
        return True

    def connection_lost(self, error: Exception | None) -> None:
        """Called by asyncio when this end is gone."""
        self.pair.lost(self)

    def pause_writing(self) -> None:
        """Called by asyncio when this end takes no more for now: the other end is to wait."""
        if self.peer is not None:
            self.peer.peer_full = True
            self.peer.steady()

    def resume_writing(self) -> None:
        """Called by asyncio when this end takes more again."""
        if self.peer is not None:
            self.peer.peer_full = False
            self.peer.steady()

    def held(self) -> int:
        """How many bytes wait, late ones included."""
        return self.late + sum(map(len, self.queue))

    def steady(self) -> None:
        """Reads from this end while what is received can go on or is not much; or else lets the sender wait."""
        if self.transport is not None and not self.transport.is_closing() and not self.ended:
            wait = self.peer_full or self.held() > HELD
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


class Pair:
    """A connection that came in and the one made for it."""

    def __init__(self, link: "Link") -> None:
        self.link = link
        self.near, self.far = Half(self), Half(self)

    def made(self, half: Half) -> None:
        """An end is connected: the near one came in, the far one was dialled."""
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

    def lost(self, half: Half) -> None:
        """An end is gone: the other goes too, once it has sent what it holds."""
        self.link.pairs.discard(self)
        other = self.far if half is self.near else self.near
        if other.transport is not None and not other.transport.is_closing():
            other.transport.close()

    def close(self) -> None:
        """Closes both ends, after what they still hold."""
        for half in (self.near, self.far):
            if half.transport is not None:
                half.transport.close()

    def abort(self) -> None:
        """Resets both ends at once."""
        self.link.pairs.discard(self)
        for half in (self.near, self.far):
            if half.transport is not None:
                half.transport.abort()
