# FILE SOLUTION 06
"""A TCP relay before a real service, which can be cut, be silent and be slow."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator

from tests.servers.process import free_port

CHUNK_BYTES = 65_536
CONNECT_SECONDS = 5


class Relay:
    """Listens at `port` on loopback and carries bytes to and from `target`, a host and a port.

    One fault at a time, as a context: the relay is whole again after it. Raises OSError where there
    is no port.
    """

    def __init__(self, target: tuple[str, int]) -> None:
        self.target, self.port = target, free_port()
        self._delay = 0.0
        self._flowing = threading.Event()
        self._flowing.set()
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._listener: socket.socket | None = None
        self._listen()

    @contextlib.contextmanager
    def cut(self) -> Iterator[None]:
        """Connections are cut at both ends, new ones refused, as if the service was gone."""
        self.close()
        try:
            yield
        finally:
            self._listen()

    @contextlib.contextmanager
    def silent(self) -> Iterator[None]:
        """Connections are taken and nothing comes through, as if the service was frozen."""
        self._flowing.clear()
        try:
            yield
        finally:
            self._flowing.set()

    @contextlib.contextmanager
    def slow(self, seconds: float) -> Iterator[None]:
        """Whatever is sent, in either direction, arrives so many seconds later."""
        self._delay = seconds
        try:
            yield
        finally:
            self._delay = 0.0

    def close(self) -> None:
        """Refuse connections, and cut those that there are."""
        with self._lock:
            listener, self._listener = self._listener, None
            ends, self._open = self._open, set()
        for end in [*ends, *([listener] if listener else [])]:
            _shut(end)

    def _listen(self) -> None:
        listener = socket.create_server(("127.0.0.1", self.port), backlog=128)
        self._listener = listener
        threading.Thread(target=self._accept, args=[listener], daemon=True).start()

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):  # it was closed
            while True:
                client, _ = listener.accept()
                self._remember(client, listener)
                threading.Thread(
                    target=self._carry, args=[client, listener], daemon=True
                ).start()

    def _remember(self, end: socket.socket, listener: socket.socket) -> None:
        """So that it is cut with the others; at once if that has happened meanwhile."""
        with self._lock:
            if self._listener is listener:
                self._open.add(end)
                return
        _shut(end)

    def _carry(self, client: socket.socket, listener: socket.socket) -> None:
        self._flowing.wait()
        try:
            service = socket.create_connection(self.target, timeout=CONNECT_SECONDS)
        except OSError:
            _shut(client)
            return
        service.settimeout(None)
        self._remember(service, listener)
        back = threading.Thread(target=self._pump, args=[service, client], daemon=True)
        back.start()
        self._pump(client, service)
        back.join()
        with self._lock:
            self._open -= {client, service}
        client.close()
        service.close()

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):  # cut, by us or by one of them
            while data := source.recv(CHUNK_BYTES):
                self._flowing.wait()
                if self._delay:
                    time.sleep(self._delay)
                sink.sendall(data)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


def _shut(end: socket.socket) -> None:
    """Close it, and wake up who waits for it in another thread."""
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
