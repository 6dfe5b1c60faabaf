"""The trusted side's HTTP client: one request over a Unix socket, bounded in time and size, believing nothing."""

import contextlib
import http.client
import socket
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

LARGEST_BODY = 4 << 20


@dataclass(frozen=True, slots=True)
class Response:
    """Status, headers as sent, one pair for each line, and a body that is bounded by whoever read it."""

    status_code: int
    pairs: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def headers(self) -> dict[str, str]:
        """Headers by lower-case name; of one sent twice, the last."""
        return {name.lower(): value for name, value in self.pairs}

    def header(self, name: str) -> str:
        """A header, whatever its case; empty if it was not sent. Of one sent more than once, all, a line each."""
        return "\n".join(value for sent, value in self.pairs if sent.lower() == name.lower())

    @property
    def text(self) -> str:
        """The body as UTF-8."""
        return self.body.decode("utf-8", errors="replace")


def proxy_line(client: str = "127.0.0.1") -> bytes:
    """What tells a server behind a Unix socket who asks, as HAProxy and gunicorn do (PROXY protocol, version 1)."""
    family, here = ("TCP6", "::1") if ":" in client else ("TCP4", "127.0.0.1")
    return f"PROXY {family} {client} {here} 50000 8000\r\n".encode("ascii")


def request(
    socket_path: Path,
    method: str,
    path: str,
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    timeout_s: float = 10.0,
    *,
    client: str | None = "127.0.0.1",
) -> Response:
    """Sends one request and returns the answer, redirects too, whatever its status.

    It is as if from the address of ``client``; ``None`` is for a server that does not read the PROXY protocol.
    ``TimeoutError`` if it is not complete within ``timeout_s`` seconds; ``ConnectionError`` if there is no server, it
    hangs up, does not speak HTTP, or its answer is longer than 4 MiB.
    """
    connection = _UnixConnection(socket_path, timeout_s, proxy_line(client) if client else b"")
    deadline = time.monotonic() + timeout_s
    watch = threading.Timer(timeout_s, connection.cut)
    watch.daemon = True
    watch.start()
    try:
        sent = {"Host": "localhost", "Connection": "close", **(headers or {})}
        with contextlib.suppress(BrokenPipeError):  # a server may answer, and close, before it has read the body
            connection.request(method, path, body=body or None, headers=sent)
        with connection.getresponse() as response:
            content = _body(response)
        if time.monotonic() >= deadline:
            raise TimeoutError
        if response.length and len(content) <= LARGEST_BODY:
            raise http.client.IncompleteRead(content, response.length)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise _failure(error, late=time.monotonic() >= deadline, path=path) from error
    finally:
        watch.cancel()
        connection.close()
    if len(content) > LARGEST_BODY:
        raise ConnectionError(f"the answer to {path} is longer than {LARGEST_BODY >> 20} MiB")
    return Response(response.status, tuple(response.getheaders()), content)


def _body(response: http.client.HTTPResponse) -> bytes:
    """The body, a byte more than allowed at most.

    Piece by piece: asked for all of it, the library believes the size of a chunk, and one below zero means without end.
    """
    content = bytearray()
    while len(content) <= LARGEST_BODY and (piece := response.read1(LARGEST_BODY + 1 - len(content))):
        content += piece
    return bytes(content)


def _failure(error: Exception, *, late: bool, path: str) -> Exception:
    if late or isinstance(error, TimeoutError):
        return TimeoutError(f"no complete answer to {path} in time")
    return ConnectionError(f"no answer to {path}: {str(error) or type(error).__name__}")


class _UnixConnection(http.client.HTTPConnection):
    """HTTP over a Unix socket, with a prelude sent before it."""

    def __init__(self, path: Path, timeout_s: float, prelude: bytes) -> None:
        super().__init__("localhost", timeout=timeout_s)
        self._path, self._prelude, self._timeout_s = path, prelude, timeout_s
        self._carrier: socket.socket | None = None

    def connect(self) -> None:
        self.sock = self._carrier = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self._timeout_s)
        self.sock.connect(str(self._path))
        self.sock.sendall(self._prelude)

    def cut(self) -> None:
        """Ends it from another thread: a server that drips a byte a second never runs into a timeout.

        ``sock`` is gone by the time that a body is read which ends with the connection; what carries it is not.
        """
        with contextlib.suppress(OSError, AttributeError):
            self._carrier.shutdown(socket.SHUT_RDWR)  # type: ignore[union-attr]
