"""A package index on the loopback, with wheels that are made for a test."""

import base64
import hashlib
import io
import json
import threading
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Files = Mapping[str, bytes]


def wheel(
    name: str = "odd",
    version: str = "1.0",
    files: Files | None = None,
    *,
    change: Callable[[zipfile.ZipInfo], None] = lambda info: None,
    record: bytes | None = None,
    stem: str | None = None,
) -> bytes:
    """A wheel with these files. ``change`` is applied to the entry of each of them; ``record`` replaces RECORD."""
    stem = stem or f"{name}-{version}"
    files = dict(files if files is not None else {f"{name}/__init__.py": b"x = 1\n"})
    meta = {
        f"{stem}.dist-info/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode(),
        f"{stem}.dist-info/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    listed = "".join(f"{path},sha256={_digest(data)},{len(data)}\n" for path, data in (files | meta).items())
    last = {f"{stem}.dist-info/RECORD": listed.encode() if record is None else record}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in (files | meta | last).items():
            info = zipfile.ZipInfo(path)
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o100644 << 16
            if path in files:
                change(info)
            archive.writestr(info, data)
    return out.getvalue()


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


@dataclass
class Index:
    """What the index serves: wheels by file name. ``asked`` are the paths that were asked for, in order.

    ``broken`` are path prefixes that are answered with status 503; ``sizes`` overrides what is announced, ``html`` says
    to answer by PEP 503, ``served`` replaces the bytes of a file, ``yanked`` are files that were taken back.
    """

    address: str = ""
    wheels: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    broken: tuple[str, ...] = ()
    sizes: dict[str, int | None] = field(default_factory=dict)
    served: dict[str, bytes] = field(default_factory=dict)
    html: bool = False
    authorization: str = ""
    yanked: tuple[str, ...] = ()

    def add(self, data: bytes, name: str = "odd", version: str = "1.0", tag: str = "py3-none-any") -> str:
        """Offers a wheel; the requirement that pins it."""
        self.wheels[f"{name}-{version}-{tag}.whl"] = data
        return f"{name}=={version} --hash=sha256:{hashlib.sha256(data).hexdigest()}\n"

    def page(self, project: str) -> tuple[str, bytes] | None:
        """The media type and the page of a project."""
        files = {name: data for name, data in self.wheels.items() if name.split("-")[0] == project}
        if not files:
            return None
        if self.html:
            links = (
                f'<a href="../../files/{name}#sha256={hashlib.sha256(data).hexdigest()}">{name}</a>'
                for name, data in files.items()
            )
            return "text/html", f"<!doctype html><body>{''.join(links)}</body>".encode()
        listed = [
            {
                "filename": name,
                "url": f"../../files/{name}",
                "hashes": {"sha256": hashlib.sha256(data).hexdigest()},
                "size": self.sizes.get(name, len(data)),
                "yanked": name in self.yanked,
            }
            for name, data in files.items()
        ]
        page = {"meta": {"api-version": "1.1"}, "name": project, "files": listed}
        return "application/vnd.pypi.simple.v1+json", json.dumps(page).encode()


@contextmanager
def serving() -> Iterator[Index]:
    """An index that answers until the end of the ``with``."""
    index = Index()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            index.asked.append(self.path)
            kind, _, name = self.path.strip("/").partition("/")
            found = index.page(name.strip("/")) if kind == "simple" else None
            if kind == "files" and name in index.wheels:
                found = "application/octet-stream", index.served.get(name, index.wheels[name])
            status = 200 if found else 404
            status = 503 if self.path.startswith(index.broken or ("?",)) else status
            status = 401 if index.authorization not in ("", self.headers.get("Authorization")) else status
            kind, data = found if found and status == 200 else ("text/plain", b"no")
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(data)

        do_HEAD = do_GET

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    index.address = f"http://127.0.0.1:{server.server_port}/simple"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield index
    finally:
        server.shutdown()
        server.server_close()
