# FILE SOLUTION 06
"""The relay of the experiments, before a real server: what both ends see of each fault."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from chaos.relay import Relay


class Echo(threading.Thread):
    """A server that says back what it hears, and knows how many connections were ended."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address: tuple[str, int] = self.listener.getsockname()
        self.ended = threading.Semaphore(0)

    def run(self) -> None:
        """Take connections for ever."""
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._echo, args=[connection], daemon=True).start()

    def _echo(self, connection: socket.socket) -> None:
        with connection:
            try:
                while data := connection.recv(100):
                    connection.sendall(data)
            except OSError:
                pass
        self.ended.release()


@pytest.fixture
def echo() -> Iterator[Echo]:
    """The server."""
    server = Echo()
    server.start()
    yield server
    server.listener.close()


@pytest.fixture
def relay(echo: Echo) -> Iterator[Relay]:
    """A relay before it."""
    made = Relay(echo.address)
    yield made
    made.close()


def connect(relay: Relay) -> socket.socket:
    """A client of the relay's."""
    return socket.create_connection(("127.0.0.1", relay.port), timeout=5)


def says(client: socket.socket, word: bytes) -> bytes:
    """What comes back."""
    client.sendall(word)
    return client.recv(100)


def test_it_carries_bytes(relay: Relay) -> None:
    with connect(relay) as one, connect(relay) as other:
        assert (says(one, b"one"), says(other, b"other")) == (b"one", b"other")


def test_a_cut_is_seen_at_both_ends_and_refuses_the_next(
    relay: Relay, echo: Echo
) -> None:
    with connect(relay) as client:
        assert says(client, b"before") == b"before"
        with relay.cut():
            assert client.recv(1) == b""
            assert echo.ended.acquire(timeout=5)
            with pytest.raises(ConnectionRefusedError):
                connect(relay)
    with connect(relay) as client:
        assert says(client, b"after") == b"after"


def test_while_it_is_silent_connections_are_taken_and_nothing_comes(
    relay: Relay,
) -> None:
    with connect(relay) as old:
        assert says(old, b"before") == b"before"
        with relay.silent(), connect(relay) as new:
            for client in (old, new):
                client.sendall(b"hello")
                client.settimeout(0.2)
                with pytest.raises(TimeoutError):
                    client.recv(1)
        old.settimeout(5)
        assert old.recv(100) == b"hello"


def test_when_it_is_slow_both_ways_take_longer(relay: Relay) -> None:
    with connect(relay) as client, relay.slow(0.2):
        begin = time.monotonic()
        assert says(client, b"late") == b"late"
        assert time.monotonic() - begin >= 0.4


def test_a_service_that_is_not_there_is_as_a_cut(echo: Echo, relay: Relay) -> None:
    echo.listener.close()
    relay.target = ("127.0.0.1", 1)
    with connect(relay) as client:
        assert client.recv(1) == b""
