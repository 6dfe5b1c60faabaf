# FILE SOLUTION 06
"""Who serves a target: a relay at its port, a release behind it, commands beside it."""

import asyncio
import contextlib
import json
import os
import signal
from asyncio import StreamReader, StreamWriter
from pathlib import Path
from typing import Any

from deploy.control import is_served, socket_path
from deploy.errors import DeploymentError, UsageError
from deploy.processes import Release
from deploy.target import Target

CHUNK_BYTES = 65_536


def drain_seconds() -> float:
    """DEPLOY_DRAIN_SECONDS: from the switch until the old web server is told to end; 2.

    A connection that was on its way to it at the switch is taken by then. Raises UsageError.
    """
    given = os.environ.get("DEPLOY_DRAIN_SECONDS") or "2"
    try:
        return max(0.0, float(given))
    except ValueError:
        raise UsageError(f"DEPLOY_DRAIN_SECONDS is {given!r}: give a number.") from None


class Server:
    """Serves until SIGTERM or Ctrl-C; then everything that it started ends."""

    def __init__(self, target: Target, port: int) -> None:
        self._target, self._port = target, port
        self._serving: Release | None = None
        self._candidate: Release | None = None
        self._drain = drain_seconds()
        self._owner: StreamWriter | None = None  # the one deployment that is under way

    async def run(self) -> None:
        """Serve. Raises UsageError if the port is taken, DeploymentError if `current` fails."""
        end = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, end.set)
        with socket_path(self._target) as path:
            if is_served(path):
                raise UsageError(f"{self._target.root} is served already.")
            try:
                relay = await asyncio.start_server(self._relay, "127.0.0.1", self._port)
            except OSError as wrong:
                raise UsageError(f"Port {self._port}: {wrong.strerror}.") from None
            commands = await asyncio.start_unix_server(self._obey, path)
            os.chmod(path, 0o600)
            try:
                await self._start_current()
                print(
                    f"serving {self._target.root} at http://127.0.0.1:{self._port}",
                    flush=True,
                )
                await end.wait()
            finally:
                relay.close()
                commands.close()
                Path(path).unlink(missing_ok=True)  # newer Pythons do it by themselves
                await self._stop_all()

    async def _start_current(self) -> None:
        version = self._target.current
        if version is None:
            return
        release = self._serving = Release(self._target, version)
        if wrong := await release.start():
            raise DeploymentError(f"{version} does not start: {wrong}.")
        await release.start_clock()

    async def _stop_all(self) -> None:
        running = [one for one in (self._serving, self._candidate) if one]
        await asyncio.gather(*(one.stop() for one in running))

    async def _relay(self, reader: StreamReader, writer: StreamWriter) -> None:
        """Carry a connection to the release that serves at its beginning."""
        release = self._serving
        try:
            if release is None:
                return
            there = await asyncio.open_connection("127.0.0.1", release.port)
            asking = asyncio.create_task(_pump(reader, there[1]))
            try:
                await _pump(there[0], writer)
            finally:
                asking.cancel()
                there[1].close()
        except OSError:
            pass  # one of both has gone: so has the connection
        finally:
            writer.close()

    async def _obey(self, reader: StreamReader, writer: StreamWriter) -> None:
        """Do what one deployment asks, line by line; what it left unfinished ends with it."""
        with contextlib.suppress(ConnectionError):
            while line := await reader.readline():
                try:
                    answer = await self._do(json.loads(line), writer)
                except DeploymentError as wrong:
                    answer = {"error": str(wrong)}
                writer.write(json.dumps(answer).encode() + b"\n")
                await writer.drain()
        if self._owner is writer:
            await self._abandon()
            self._owner = None
        writer.close()

    async def _do(self, asked: dict[str, Any], by: StreamWriter) -> dict[str, Any]:
        match asked["do"]:
            case "status":
                return self._status()
            case "begin" if self._owner is None:
                self._owner = by
                return self._status()
            case "begin":
                raise DeploymentError(
                    "Another deployment is under way: wait for its end."
                )
            case "start" if self._owner is by and self._candidate is None:
                return await self._start(asked["version"])
            case "abandon" if self._owner is by:
                return await self._abandon()
            case "switch" if self._owner is by and self._candidate is not None:
                return await self._switch(self._candidate)
        raise DeploymentError(f"There is nothing to {asked['do']}.")

    async def _start(self, version: str) -> dict[str, Any]:
        candidate = self._candidate = Release(self._target, version)
        if wrong := await candidate.start():
            await self._abandon()
            raise DeploymentError(f"{version} does not start: {wrong}.")
        return {"port": candidate.port}

    async def _abandon(self) -> dict[str, Any]:
        candidate, self._candidate = self._candidate, None
        if candidate is not None:
            await candidate.stop()
        return {}

    async def _switch(self, new: Release) -> dict[str, Any]:
        """Requests go to the new release from now on; the old one ends what it has begun.

        Its worker ends first: it may not know the tasks that the new one's web server sends.
        """
        old = self._serving
        if old is not None:
            await old.stop("worker", "beat")
        self._serving, self._candidate = new, None
        self._target.make_current(new.version)
        await new.start_clock()
        if old is not None:
            await asyncio.sleep(self._drain)
            await old.stop()
        return self._status()

    def _status(self) -> dict[str, Any]:
        serving = self._serving
        return {
            "current": serving.version if serving else None,
            "processes": serving.pids() if serving else {},
        }


async def _pump(reader: StreamReader, writer: StreamWriter) -> None:
    """Carry what comes until nothing comes any more, or nobody takes it."""
    with contextlib.suppress(OSError):
        while data := await reader.read(CHUNK_BYTES):
            writer.write(data)
            await writer.drain()
