"""An HTTP server of the trusted side behind a port that a sandbox knows."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

_LOOK_S = 0.05  # how soon it notices that it is to end


class PromptHandler(BaseHTTPRequestHandler):
    """Sends an answer whole and at once, and keeps no log.

    As it is, the body would be sent behind the headers, and wait 40 ms for whoever asks to acknowledge those.
    """

    wbufsize = -1
    disable_nagle_algorithm = True
    timeout = 60

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is written."""


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
