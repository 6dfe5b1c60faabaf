"""An HTTP server that keeps whatever is posted to it, as collectors of traces and of errors do."""

import socket
import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import parse_headers
from types import MappingProxyType
from typing import BinaryIO, cast

from grader.stage.witness.server import WitnessServer, wait_until

PORT = 4318
_LINE = 8_192
_BODY_BYTES = 4 << 20
_POSTS = 5_000
_KEPT_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class Posted:
    """A request: its path with the query, headers by lower-case name, the body unpacked, and the time."""

    path: str
    headers: Mapping[str, str]
    body: bytes
    at: float


class Collector:
    """``posted`` are the requests in order; each is answered 200. Beyond 64 MiB in all nothing is kept."""

    def __init__(self) -> None:
        self.posted: list[Posted] = []
        self._kept = 0
        self._server = WitnessServer("collector", self._converse)
        self.socket = self._server.socket

    def below(self, prefix: str) -> list[Posted]:
        """Those to a path that begins so."""
        return [one for one in list(self.posted) if one.path.startswith(prefix)]

    def wait_for(self, prefix: str, number: int, within_s: float) -> bool:
        """Whether there are that many to such a path within these seconds."""
        return wait_until(lambda: len(self.below(prefix)) >= number, within_s)

    def close(self) -> None:
        """Ends it."""
        self._server.close()

    def _converse(self, connection: socket.socket) -> None:
        with connection.makefile("rb") as lines:
            while line := lines.readline(_LINE):
                method, path, _ = line.decode("latin-1").split(" ", 2)
                headers = {name.lower(): value for name, value in parse_headers(lines).items()}
                if headers.get("expect", "").lower() == "100-continue":
                    connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
                body = _unpacked(_body(lines, headers), headers.get("content-encoding", ""))
                self._kept += len(body)
                if method == "POST" and len(self.posted) < _POSTS and self._kept <= _KEPT_BYTES:
                    self.posted.append(Posted(path, MappingProxyType(headers), body, time.monotonic()))
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: application/json\r\n\r\n{}")


def _body(lines: object, headers: Mapping[str, str]) -> bytes:
    reader = cast("BinaryIO", lines)
    if "chunked" in headers.get("transfer-encoding", "").lower():
        found = bytearray()
        while (size := int(reader.readline(_LINE).partition(b";")[0], 16)) > 0:
            if len(found) + size > _BODY_BYTES:
                raise ValueError
            found += reader.read(size)
            reader.readline(_LINE)
        reader.readline(_LINE)
        return bytes(found)
    size = int(headers.get("content-length", "0"))
    if not 0 <= size <= _BODY_BYTES:
        raise ValueError
    return reader.read(size)


def _unpacked(body: bytes, encoding: str) -> bytes:
    """At most the bytes that a body may have: a small one can unpack to gigabytes."""
    if encoding not in ("gzip", "deflate"):
        return body
    wbits = 16 + zlib.MAX_WBITS if encoding == "gzip" else zlib.MAX_WBITS
    try:
        return zlib.decompressobj(wbits).decompress(body, _BODY_BYTES)
    except zlib.error:
        raise ValueError from None
