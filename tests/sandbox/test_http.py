"""The trusted HTTP client against servers that behave badly."""

import socket
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader.sandbox import http

Serve = Callable[[bytes], Path]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Path]]:
    """A server that reads a request, then writes these bytes: at once, or one by one with a pause between."""
    asked: list[bytes] = []

    def serve(answer: bytes, pause_s: float = 0.0) -> Path:
        path = tmp_path / "socket"
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(path))
        listener.listen()

        def run() -> None:
            connection, _ = listener.accept()
            with listener, connection:
                question = b""
                while b"\r\n\r\n" not in question:
                    question += connection.recv(1024)
                asked.append(question)
                try:
                    for i in range(len(answer)) if pause_s else ():
                        connection.sendall(answer[i : i + 1])
                        time.sleep(pause_s)
                    if not pause_s:
                        connection.sendall(answer)
                except OSError:
                    return

        threading.Thread(target=run, daemon=True).start()
        return path

    serve.asked = asked  # type: ignore[attr-defined]
    return serve


def test_an_answer(serve: Serve) -> None:
    cookies = b"Set-Cookie: a=1\r\nSet-Cookie: b=2\r\n"
    path = serve(b"HTTP/1.1 301 Moved\r\nLocation: /b\r\n" + cookies + b"Content-Length: 2\r\n\r\nhi")
    answer = http.request(path, "GET", "/a", {"X-One": "1"}, client="127.0.0.5")
    assert (answer.status_code, answer.header("LOCATION"), answer.body) == (301, "/b", b"hi")
    assert answer.header("set-cookie") == "a=1\nb=2"
    assert answer.headers["set-cookie"] == "b=2"
    asked = serve.asked[0].decode()  # type: ignore[attr-defined]
    assert asked.startswith("PROXY TCP4 127.0.0.5 127.0.0.1 50000 8000\r\nGET /a HTTP/1.1\r\n")
    assert "X-One: 1" in asked


def test_an_answer_that_comes_before_the_body_was_read(serve: Serve) -> None:
    """And the connection is closed at once, so that the rest of the question cannot be sent."""
    path = serve(b"HTTP/1.1 413 Too large\r\nContent-Length: 2\r\n\r\nno")
    answer = http.request(path, "POST", "/", body=b"x" * (8 << 20), timeout_s=5)
    assert (answer.status_code, answer.body) == (413, b"no")


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"nothing like HTTP\r\n\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzzz\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * (http.LARGEST_BODY + 1),
    ],
    ids=["nothing", "not HTTP", "no status", "headers", "long header", "cut short", "bad chunk", "too long"],
)
def test_what_is_no_answer(serve: Serve, answer: bytes) -> None:
    with pytest.raises(ConnectionError):
        http.request(serve(answer), "GET", "/", timeout_s=5)


@pytest.mark.parametrize("chunks", [b"2\r\nhi\r\n0\r\n\r\n", b"1\r\nh\r\n1;more\r\ni\r\n0\r\nX-Trailer: x\r\n\r\n"])
def test_a_body_in_chunks(serve: Serve, chunks: bytes) -> None:
    path = serve(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks)
    assert http.request(path, "GET", "/", timeout_s=5).body == b"hi"


def test_a_chunk_of_less_than_nothing_is_not_read_whole(serve: Serve) -> None:
    """The library takes its size for "all that comes", and would keep it in memory."""
    answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n" + b"x" * (16 * http.LARGEST_BODY)
    tracemalloc.start()
    try:
        with pytest.raises(ConnectionError):
            http.request(serve(answer), "GET", "/", timeout_s=20)
        assert tracemalloc.get_traced_memory()[1] - len(answer) < 4 * http.LARGEST_BODY
    finally:
        tracemalloc.stop()


def test_a_drip_does_not_hold_us_up(serve: Callable[..., Path]) -> None:
    path = serve(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n123456789", pause_s=0.05)
    begun = time.monotonic()
    with pytest.raises(TimeoutError):
        http.request(path, "GET", "/", timeout_s=0.3)
    assert time.monotonic() - begun < 1


@pytest.mark.parametrize("more", [b"Connection: close\r\n", b"Transfer-Encoding: chunked\r\nConnection: close\r\n"])
def test_a_body_that_ends_with_the_connection_does_not_hold_us_up(serve: Callable[..., Path], more: bytes) -> None:
    """The library lets its socket go once it has read the headers of such an answer."""
    body = b"1\r\nx\r\n" * 1000
    path = serve(b"HTTP/1.1 200 OK\r\n" + more + b"\r\n" + body, pause_s=0.005)
    begun = time.monotonic()
    with pytest.raises(TimeoutError):
        http.request(path, "GET", "/", timeout_s=2)
    assert time.monotonic() - begun < 6


def test_no_server(tmp_path: Path) -> None:
    with pytest.raises(ConnectionError):
        http.request(tmp_path / "none", "GET", "/")


def test_an_address_of_ipv6_is_told_as_one() -> None:
    """gunicorn refuses an address that is not of the family that the line names."""
    assert http.proxy_line("2001:db8::5") == b"PROXY TCP6 2001:db8::5 ::1 50000 8000\r\n"
