"""An HTTP server of the trusted side behind a port that a sandbox knows."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

_LOOK_S = 0.05  # how soon it notices that it is to end


@contextmanager
def answering(
    kind: type[HTTPServer], handler: type[BaseHTTPRequestHandler], listener: socket.socket, name: str
) -> Iterator[None]:
    """Answers at a listening socket, in a thread of that name, until the ``with`` ends; then it is closed."""
    server = kind(("127.0.0.1", 0), handler, bind_and_activate=False)
    server.socket.close()
    server.socket = listener
    listener.setblocking(True)
    threading.Thread(target=server.serve_forever, args=(_LOOK_S,), daemon=True, name=name).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
