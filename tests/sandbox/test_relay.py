"""The relay's modes, with a plain echo server behind it."""

import contextlib
import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.sandbox.services.relay import Relay, Route

from .conftest import descriptors


@pytest.fixture
def upstream(tmp_path: Path) -> Iterator[Path]:
    """Echoes what it is sent, and closes when the client has."""
    path = tmp_path / "echo"
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen()

    def echo(connection: socket.socket) -> None:
        with connection, contextlib.suppress(ConnectionError):
            while data := connection.recv(65536):
                connection.sendall(data)

    def serve() -> None:
        while True:
            try:
                threading.Thread(target=echo, args=(listener.accept()[0],), daemon=True).start()
            except OSError:
                return

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield path
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join(2)


@pytest.fixture
def relay() -> Iterator[Relay]:
    relay = Relay()
    yield relay
    relay.close()


@pytest.fixture
def listener() -> socket.socket:
    return socket.create_server(("127.0.0.1", 0))


@pytest.fixture
def route(relay: Relay, listener: socket.socket, upstream: Path) -> Route:
    return relay.attach(listener, upstream)


def connect(listener: socket.socket) -> socket.socket:
    client = socket.create_connection(listener.getsockname())
    client.settimeout(5)
    return client


def exactly(client: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count and (more := client.recv(count - len(data))):
        data += more
    return data


def was_cut(client: socket.socket) -> bool:
    try:
        return client.recv(1) == b""
    except ConnectionError:
        return True


def echoed(client: socket.socket, text: bytes) -> bytes:
    client.sendall(text)
    return exactly(client, len(text))


def test_ok(route: Route, listener: socket.socket) -> None:
    with connect(listener) as client:
        assert echoed(client, b"hello") == b"hello"


def test_much_both_ways_at_once(route: Route, listener: socket.socket) -> None:
    data = os.urandom(8 << 20)
    with connect(listener) as client:
        sender = threading.Thread(target=client.sendall, args=(data,))
        sender.start()
        assert exactly(client, len(data)) == data
        sender.join()


def test_a_reader_that_sleeps_does_not_fill_memory(route: Route, listener: socket.socket) -> None:
    with connect(listener) as client:
        client.settimeout(0.5)
        with pytest.raises(TimeoutError):
            client.sendall(bytes(64 << 20))
        assert 0 < route.held() < 2 << 20


def test_half_closed_is_carried(route: Route, listener: socket.socket) -> None:
    with connect(listener) as client:
        client.sendall(b"question")
        client.shutdown(socket.SHUT_WR)
        assert client.recv(100) == b"question"
        assert client.recv(100) == b""


def test_cut_resets_old_and_new(route: Route, listener: socket.socket) -> None:
    with connect(listener) as client:
        echoed(client, b"a")
        route.set("cut")
        assert was_cut(client)
    with connect(listener) as client:
        assert was_cut(client)
    route.set("ok")
    with connect(listener) as client:
        assert echoed(client, b"again") == b"again"


def test_hang_and_go_on(route: Route, listener: socket.socket) -> None:
    with connect(listener) as old:
        echoed(old, b"a")
        route.set("hang")
        old.settimeout(0.2)
        with pytest.raises(TimeoutError):
            echoed(old, b"b")
        new = connect(listener)
        new.settimeout(0.2)
        with pytest.raises(TimeoutError):
            echoed(new, b"c")
        route.set("ok")
        new.settimeout(5)
        old.settimeout(5)
        assert (old.recv(1), new.recv(1)) == (b"b", b"c")
        new.close()


def test_latency(route: Route, listener: socket.socket) -> None:
    route.set("latency", 0.1)
    with connect(listener) as client:
        begun = time.monotonic()
        assert echoed(client, b"a") == b"a"
        assert 0.2 <= time.monotonic() - begun < 0.6
        client.sendall(b"bc")
        route.set("ok")
        client.sendall(b"d")
        assert exactly(client, 3) == b"bcd"


def test_no_service_is_a_reset(relay: Relay, listener: socket.socket, tmp_path: Path) -> None:
    relay.attach(listener, tmp_path / "nothing")
    with connect(listener) as client:
        assert was_cut(client)


def test_prelude_comes_first(relay: Relay, listener: socket.socket, upstream: Path) -> None:
    relay.attach(listener, upstream, prelude=b"PROXY ")
    with connect(listener) as client:
        client.sendall(b"hello")
        assert exactly(client, 11) == b"PROXY hello"


def test_last_words_come_through_though_nothing_is_taken_any_more(relay: Relay, tmp_path: Path) -> None:
    """As of a server that refuses a login: it says why and closes, while the client is still sending."""
    path, said = tmp_path / "refusing", b"no: " + b"x" * 300_000
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()

        def refuse() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(1)
                connection.sendall(said)

        thread = threading.Thread(target=refuse)
        thread.start()
        listener = socket.create_server(("127.0.0.1", 0))
        relay.attach(listener, path)
        with connect(listener) as client:
            client.sendall(b"a" * 100_000)
            assert exactly(client, len(said)) == said
        thread.join()


def test_no_descriptor_is_left(upstream: Path) -> None:
    before = descriptors()
    relay = Relay()
    listener = socket.create_server(("127.0.0.1", 0))
    route = relay.attach(listener, upstream)
    for _ in range(50):
        with connect(listener) as client:
            echoed(client, b"a")
    route.set("hang")
    left_open = connect(listener)
    relay.close()
    relay.close()
    left_open.close()
    deadline = time.monotonic() + 2
    while descriptors() > before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert descriptors() <= before


def test_too_many_connections_are_reset(route: Route, listener: socket.socket) -> None:
    """So that a sandbox cannot use up the grader's descriptors."""
    before = descriptors()
    clients = []
    for _ in range(260):
        with contextlib.suppress(ConnectionError):
            clients.append(connect(listener))
    echoed(clients[0], b"a")
    assert len(route) <= 200
    assert descriptors() - before < 260 + 3 * 200 + 20
    for client in clients:
        client.close()


def test_new_connections_are_led_elsewhere(
    route: Route, listener: socket.socket, upstream: Path, tmp_path: Path
) -> None:
    with connect(listener) as before:
        route.lead_to(tmp_path / "nobody")
        assert echoed(before, b"a") == b"a"
        with connect(listener) as after, contextlib.suppress(ConnectionError):
            assert after.recv(1) == b""
        route.lead_to(upstream)
        with connect(listener) as again:
            assert echoed(again, b"c") == b"c"
