"""A proxy that shows a certificate of its own is named, with what was taken and what to set."""

import ssl
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from grader.environment import fetch
from grader.environment.faults import Unreachable


class _Hello(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """Hello."""
        self.send_response(200)
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"hello")

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@pytest.fixture
def authority(tmp_path: Path) -> Path:
    """A certificate for the loopback, and beside it its key, that nobody else has signed."""
    path = tmp_path / "ca.pem"
    files = ["-keyout", str(path.with_name("key.pem")), "-out", str(path)]
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", *files]
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-days", "2"]
    subprocess.run([*made, *names], capture_output=True, check=True)
    return path


@pytest.fixture
def address(authority: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A server that shows this certificate."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Hello)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority, authority.with_name("key.pem"))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setattr(fetch, "ATTEMPTS", 1)
    monkeypatch.setenv("NO_PROXY", "localhost")
    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "PIP_CERT"):
        monkeypatch.delenv(name, raising=False)
    fetch._opener.cache_clear()
    yield f"https://localhost:{server.server_port}/"
    fetch._opener.cache_clear()
    server.shutdown()
    server.server_close()


def _refused(address: str) -> Unreachable:
    with pytest.raises(Unreachable) as caught:
        fetch.fetched(address, most=10)
    assert "its certificate is not trusted here" in caught.value.message
    return caught.value


def test_without_it_the_variable_to_set_is_named(address: str) -> None:
    assert "SSL_CERT_FILE=/path/ca.pem" in _refused(address).hint


def test_a_file_that_cannot_be_read_is_named(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "gone.pem"))
    hint = _refused(address).hint
    assert f"SSL_CERT_FILE={tmp_path}/gone.pem (which cannot be read: No such file or directory)" in hint


def test_with_it_the_index_is_read(address: str, authority: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control."""
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    assert fetch.fetched(address, most=10).data == b"hello"
