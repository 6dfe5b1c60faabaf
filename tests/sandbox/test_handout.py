"""Listeners that are handed out are looked at, each for what it claims to be."""

import contextlib
import marshal
import socket
from collections.abc import Callable, Iterator

import pytest

from grader.domain.errors import SandboxError
from grader.sandbox import handout
from grader.sandbox.api import Launch, Limits


def listening() -> socket.socket:
    return socket.create_server(("127.0.0.1", 0))


def everywhere() -> socket.socket:
    return socket.create_server(("0.0.0.0", 0))


def silent() -> socket.socket:
    """Bound, but it does not listen."""
    bound = socket.socket()
    bound.bind(("127.0.0.1", 0))
    return bound


def datagrams() -> socket.socket:
    bound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    bound.bind(("127.0.0.1", 0))
    return bound


def unix() -> socket.socket:
    bound = socket.socket(socket.AF_UNIX)
    bound.bind("")
    bound.listen()
    return bound


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


Pair = tuple[socket.socket, socket.socket]


def port_of(candidate: socket.socket) -> int:
    name = candidate.getsockname()
    return int(name[1]) if isinstance(name, tuple) else 1


def test_a_listener_is_taken(pair: Pair) -> None:
    with listening() as listener:
        socket.send_fds(pair[1], [b"L"], [listener.fileno()])
        got = handout.receive(pair[0], {5432: port_of(listener)})
        assert list(got) == [5432]
        assert got[5432].getsockname() == listener.getsockname()
        assert pair[1].recv(1) == b"k"
        got[5432].close()


@pytest.mark.parametrize("forged", [everywhere, silent, datagrams, unix])
def test_forged_ones_are_refused(pair: Pair, forged: Callable[[], socket.socket]) -> None:
    with forged() as candidate:
        socket.send_fds(pair[1], [b"L"], [candidate.fileno()])
        with pytest.raises(SandboxError, match="not the listeners"):
            handout.receive(pair[0], {5432: port_of(candidate)})


@pytest.mark.parametrize(("message", "count"), [(b"X", 1), (b"L", 0), (b"L", 2)])
def test_the_wrong_number_or_word(pair: Pair, message: bytes, count: int) -> None:
    with contextlib.ExitStack() as stack:
        listeners = [stack.enter_context(listening()) for _ in range(count)]
        socket.send_fds(pair[1], [message], [listener.fileno() for listener in listeners])
        with pytest.raises(SandboxError, match="not the listeners"):
            handout.receive(pair[0], {5432: port_of(listeners[0]) if listeners else 1})


def test_another_port(pair: Pair) -> None:
    with listening() as listener:
        socket.send_fds(pair[1], [b"L"], [listener.fileno()])
        with pytest.raises(SandboxError):
            handout.receive(pair[0], {5432: 1})


def test_silence(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handout, "_WITHIN_S", 0.1)
    with pytest.raises(SandboxError, match="did not hand out"):
        handout.receive(pair[0], {5432: 1})


def test_an_order_names_the_limits_that_are_set() -> None:
    launch = Launch(("-c", "a\nb"), limits=Limits(address_mb=None, cpu_s=3))
    told = handout.order(launch, argv=launch.argv, path=(), cwd="/tmp", copy=(), ports=())
    limits = marshal.loads(told)["limits"]
    assert limits["CPU"] == 3
    assert "AS" not in limits
