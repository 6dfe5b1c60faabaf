"""What a resolver sees of the package index: the wheels of the packages that it asks for, through a port inside."""

import json
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer
from typing import Any

from packaging.utils import canonicalize_name

from grader.environment.faults import Unreachable
from grader.environment.fetch import Gone, TooLarge, fetched
from grader.environment.index import File, files_of
from grader.environment.limits import MOST_DOWNLOAD_BYTES, MOST_DOWNLOADS_BYTES
from grader.sandbox.listener import PromptHandler, answering

MOST_PAGES, MOST_FILES = 600, 2000
_NAME = re.compile(r"/simple/([a-z0-9](?:[a-z0-9-]{0,98}[a-z0-9])?)/")
_FILE = re.compile(r"/files/([0-9a-f]{64})/([A-Za-z0-9_.+!-]{1,200}?)(\.metadata)?")
_METADATA = ".metadata"
_LARGEST_METADATA = 2 << 20


class Window:
    """Serves pages and files of the machine's indexes; the addresses and secrets of those stay outside.

    ``failure`` is why an index could not be asked, if it could not. Nothing but wheels is listed, so nothing that was
    asked for has to be built.
    """

    def __init__(self, where: tuple[str, ...]) -> None:
        self._where = where
        self._files: dict[tuple[str, str], File] = {}
        self._pages: dict[str, bytes] = {}
        self._lock = threading.Lock()
        self._left, self._asked = MOST_DOWNLOADS_BYTES, 0
        self.failure: Unreachable | None = None

    def answer(self, path: str) -> tuple[int, str, bytes]:
        """The status, media type and body for one request; whatever is asked, only packages come out."""
        try:
            if match := _NAME.fullmatch(path):
                return 200, "application/vnd.pypi.simple.v1+json", self._page(match[1])
            if match := _FILE.fullmatch(path):
                return 200, "application/octet-stream", self._file(match[1], match[2], bool(match[3]))
        except (Gone, TooLarge):
            pass
        except Unreachable as failure:
            self.failure = failure
            return 503, "text/plain", b"the index does not answer"
        return 404, "text/plain", b"there is no such thing"

    def _page(self, name: str) -> bytes:
        with self._lock:
            if name not in self._pages:
                if len(self._pages) >= MOST_PAGES:
                    raise Gone
                self._pages[name] = self._made(name)
            return self._pages[name]

    def _made(self, name: str) -> bytes:
        listed = []
        for file in (file for index in self._where for file in files_of(name, index)):
            key = (file.sha256, file.name)
            if not file.name.endswith(".whl") or not file.sha256 or key in self._files:
                continue
            self._files[key] = file
            entry: dict[str, Any] = {
                "filename": file.name,
                "url": f"/files/{file.sha256}/{file.name}",
                "hashes": {"sha256": file.sha256},
                "yanked": file.yanked,
                "core-metadata": file.described,
            }
            listed.append(entry | ({"requires-python": file.python} if file.python else {}))
        if not listed:
            raise Gone
        return json.dumps({"meta": {"api-version": "1.1"}, "name": canonicalize_name(name), "files": listed}).encode()

    def _file(self, sha256: str, name: str, metadata: bool) -> bytes:
        with self._lock:
            self._asked += 1
            file = self._files.get((sha256, name))
            if file is None or self._asked > MOST_FILES:
                raise Gone
        url, most = (file.url + _METADATA, _LARGEST_METADATA) if metadata else (file.url, MOST_DOWNLOAD_BYTES)
        data = fetched(url, most=most).data
        with self._lock:
            self._left -= len(data)
            if self._left < 0:
                raise Gone
        return data


@contextmanager
def opened(window: Window, listener: socket.socket) -> Iterator[None]:
    """Answers at that listening socket until the end of the ``with``, and closes it."""

    class Handler(PromptHandler):
        def do_GET(self) -> None:
            status, kind, body = window.answer(self.path)
            self.send_response_only(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    with answering(ThreadingHTTPServer, Handler, listener, "index"):
        yield
