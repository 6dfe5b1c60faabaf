"""One connection that the relay carries: what comes from either end goes to the other, as the network lets it."""

import asyncio
import contextlib
from pathlib import Path

_CHUNK = 1 << 16
_CHUNKS_HELD = 8  # of one direction; then its sender has to wait
_Waiting = asyncio.Queue[tuple[float, bytes]]


class Network:
    """How the network between a sandbox and one of its services does."""

    def __init__(self) -> None:
        self.is_cut = False
        self.delay_s = 0.0
        self.flows = asyncio.Event()
        self.flows.set()

    def set(self, mode: str, delay_s: float) -> None:
        """See ``Route.set``."""
        self.is_cut, self.delay_s = mode == "cut", delay_s if mode == "latency" else 0.0
        (self.flows.clear if mode == "hang" else self.flows.set)()


class Carried:
    """A connection that came in, and the one that is made for it."""

    def __init__(self, network: Network, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._network = network
        self._near = reader, writer
        self._writers = [writer]
        self._queued = 0

    async def to(self, upstream: Path, prelude: bytes) -> None:
        """Connects to the service and carries both ways until both ends have ended, or one is gone.

        Without a service the near end is reset, as by a machine with nothing on that port.
        """
        await self._network.flows.wait()
        try:
            far = await asyncio.open_unix_connection(upstream, limit=2 * _CHUNK)
            self._writers.append(far[1])
            far[1].write(prelude)
        except OSError:
            self.abort()
            return
        if self._network.is_cut or self._near[1].is_closing():
            self.abort()
            return
        await asyncio.gather(self._carry(self._near[0], far[1]), self._carry(far[0], self._near[1]))
        for writer in self._writers:
            writer.close()

    def held(self) -> int:
        """How many bytes wait to be passed on."""
        return self._queued + sum(writer.transport.get_write_buffer_size() for writer in self._writers)

    def abort(self) -> None:
        """Resets both ends at once."""
        for writer in self._writers:
            writer.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One direction, to its end: received as long as little waits, and passed on when the network lets it.

        Where the receiver is gone it ends. The other direction goes on: a server's last words come before its end.
        """
        waiting: _Waiting = asyncio.Queue(_CHUNKS_HELD)
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._receive(reader, waiting))
                both.create_task(self._pass_on(waiting, writer))
        except* OSError:
            pass

    async def _receive(self, reader: asyncio.StreamReader, waiting: _Waiting) -> None:
        data = b" "
        while data:
            try:
                data = await reader.read(_CHUNK)
            except OSError:  # a sender that was reset will send no more, either
                data = b""
            due = asyncio.get_running_loop().time() + self._network.delay_s if self._network.delay_s else 0.0
            self._queued += len(data)
            await waiting.put((due, data))

    async def _pass_on(self, waiting: _Waiting, writer: asyncio.StreamWriter) -> None:
        while True:
            due, data = await waiting.get()
            self._queued -= len(data)
            if due:
                await asyncio.sleep(due - asyncio.get_running_loop().time())
            await self._network.flows.wait()
            if not data:
                break
            writer.write(data)
            await writer.drain()
        with contextlib.suppress(OSError, RuntimeError):
            writer.write_eof()
