"""Between the tool and the served application: hides the tool, says who asks, and notes what was answered."""

import socket
import threading
import time
from collections.abc import Callable, Mapping
from http.server import ThreadingHTTPServer
from typing import Any

from grader.sandbox.api import Load
from grader.sandbox.http import Response
from grader.sandbox.listener import PromptHandler
from grader.sandbox.server import ApplicationServer

LARGEST_BODY = 1 << 20
ANSWER_S, MOST_SILENT, LONGEST_S = 20.0, 5, 1800.0
_MOST_NOTES, _MOST_CONNECTIONS = 100_000, 32
# What only this tool sends, or what this side sets itself.
_OWN = ("user-agent", "host", "connection", "content-length", "transfer-encoding", "accept-encoding", "te", "expect")
_WHO = ("authorization", "cookie", "x-csrftoken", "x-forwarded-proto", "referer", "origin")
_TOOL = ("x-schemathesis", "traceparent")
_NOT_PASSED = ("connection", "transfer-encoding", "content-length", "keep-alive", "server", "date")
_REFUSED, _MOST_RENEWALS = 3, 20
_LOOK_S = 1.0
_AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36"

Renew = Callable[[], dict[str, str]]


class Patience:
    """How long the application may keep the tool waiting, over all roles and phases. ``lost`` says how it did."""

    def __init__(self, longest_s: float = LONGEST_S) -> None:
        self.lost = ""
        self._longest_s, self._spent_s, self._silent, self._asked = longest_s, 0.0, 0, 0
        self._lock = threading.Lock()

    def note(self, request: str, took_s: float) -> None:
        """A request has been answered, or given up, after so many seconds."""
        with self._lock:
            self._spent_s += took_s
            self._asked += 1
            self._silent += took_s >= ANSWER_S
            if not self.lost and self._silent >= MOST_SILENT:
                self.lost = (
                    f"{self._silent} requests had no answer within {ANSWER_S:g} s, the last of them {request[:100]}."
                )
            elif not self.lost and self._spent_s > self._longest_s:
                spent = f"{self._asked} requests took {self._spent_s:.0f} s to answer"
                self.lost = f"{spent}, more than the {self._longest_s:g} s that there are for all."


class Proxy:
    """Answers on a listener what the server answers somebody of one role. Use it in a ``with``.

    ``noted`` has method, path and status of each request, in order; status 0 is no answer.
    """

    def __init__(self, listener: socket.socket, patience: "Patience") -> None:
        self.noted: list[tuple[str, str, int]] = []
        self._server: ApplicationServer | None = None
        self._who: dict[str, str] = {}
        self._patience = patience
        self._renew: Renew | None = None
        self._renewals = self._refused = 0
        self._looked: tuple[float, Load | None] = (-_LOOK_S, None)
        self._http = _Listening(listener, self)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True, name="proxy")

    def __enter__(self) -> "Proxy":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()

    def direct(self, server: ApplicationServer, who: Mapping[str, str], renew: Renew | None = None) -> None:
        """From now on that server answers, and these headers say who asks.

        Some operations end a session, as they should: ``renew`` gives new headers, and is asked when 401 comes again
        and again.
        """
        self._server, self._who = server, dict(who)
        self._renew, self._renewals, self._refused = renew, 0, 0
        self._looked = (-_LOOK_S, None)

    def _note(self, method: str, path: str, status: int) -> None:
        if len(self.noted) < _MOST_NOTES:
            self.noted.append((method, path, status))
        self._refused = self._refused + 1 if status == 401 else 0
        if self._renew and self._refused >= _REFUSED and self._renewals < _MOST_RENEWALS:
            self._refused, self._renewals = 0, self._renewals + 1
            self._who = self._renew() or self._who

    def ask(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Response | None:
        """The application's answer; ``None`` if there is none that is whole."""
        kept = {k: v for k, v in headers.items() if not _is_left_out(k)}
        sent = {**kept, "User-Agent": _AGENT, **self._who}
        if self._server is None or self._patience.lost:
            return None
        began, before = time.monotonic(), self._load()
        answer: Response | None
        try:
            answer = self._server.request(method, path, sent, body, timeout_s=ANSWER_S)
        except (ConnectionError, TimeoutError):
            answer = None
        self._patience.note(f"{method} {path}", self._charged(time.monotonic() - began, before))
        self._note(method, path, answer.status_code if answer else 0)
        return answer

    def _load(self) -> Load | None:
        """What the application has used of the machine, as of less than a second ago."""
        now = time.monotonic()
        if self._server is not None and now - self._looked[0] >= _LOOK_S:
            self._looked = now, self._server.process.load()
        return self._looked[1]

    def _charged(self, took_s: float, before: Load | None) -> float:
        """The seconds of an answer, less what the application waited for processors that others had.

        That is looked at only of an answer that counts as none.
        """
        if took_s < ANSWER_S or before is None or self._server is None:
            return took_s
        after = self._server.process.load()
        return min(took_s, max(after.computed_since(before), took_s - after.waited_since(before)))


def _is_left_out(name: str) -> bool:
    lower = name.lower()
    return lower in _OWN or lower in _WHO or lower.startswith(_TOOL)


class _Listening(ThreadingHTTPServer):
    """On a listener that is open already."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, listener: socket.socket, proxy: Proxy) -> None:
        super().__init__(("127.0.0.1", 0), _Handler, bind_and_activate=False)
        self.socket.close()
        self.socket, self.proxy = listener, proxy
        self._free = threading.BoundedSemaphore(_MOST_CONNECTIONS)
        listener.setblocking(True)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Too many connections at the same time are closed: each is a thread of the grader's."""
        if not self._free.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """One connection, to its end."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """The tool hung up, or sent what is no HTTP."""


class _Handler(PromptHandler):
    protocol_version = "HTTP/1.1"
    server: _Listening

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):
            return self._pass_on
        raise AttributeError(name)

    def _pass_on(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > LARGEST_BODY or "Transfer-Encoding" in self.headers:
            self.close_connection = True
            return self._write(413, (), b"")
        body = self.rfile.read(int(length))
        answer = self.server.proxy.ask(self.command, self.path, dict(self.headers.items()), body)
        if answer is None:
            self.close_connection = True  # as a server does that has gone
            return None
        return self._write(answer.status_code, answer.pairs, answer.body)

    def _write(self, status: int, pairs: tuple[tuple[str, str], ...], body: bytes) -> None:
        self.send_response_only(status)
        for name, value in pairs:
            if name.lower() not in _NOT_PASSED:
                self.send_header(name, value)
        if status >= 200 and status not in (204, 304):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
