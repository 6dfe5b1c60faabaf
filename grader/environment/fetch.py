"""Fetches a file of bounded size by its address, through this machine's proxies and with its certificates."""

import base64
import errno
import hashlib
import netrc
import os
import socket
import ssl
import time
import urllib.request
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import cache
from http.client import HTTPException
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO
from urllib.error import HTTPError, URLError
from urllib.parse import unquote, urlsplit

from grader.environment.faults import Unreachable

ATTEMPTS = 3
_SILENT_S = 30
_LONGEST_S = 300
_CHUNK = 1 << 18
_GONE = (404, 410)
_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
_HINT = "Check the network and the package index that uv or pip is configured with, then run the same command again."


_CERTIFICATES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "PIP_CERT")
_UNTRUSTED = "its certificate is not trusted here"


class Gone(Exception):
    """The server answers that it has no such thing."""


class TooLarge(Exception):
    """It is larger than was asked for."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered: the bytes, their media type and the address that they came from in the end."""

    data: bytes
    kind: str
    url: str


def fetched(url: str, *, accept: str = "*/*", most: int) -> Answer:
    """What is at that address, of at most ``most`` bytes; tried three times.

    Raises:
        Gone: there is nothing, says the server.
        TooLarge: there is more.
        Unreachable: the server cannot be reached or does not serve it; no address is in the message.
    """
    for attempt in range(ATTEMPTS):
        out = BytesIO()
        try:
            kind, where = _once(url, accept, out, most)
            return Answer(out.getvalue(), kind, where)
        except (HTTPError, URLError, OSError, HTTPException, ValueError) as error:
            reason = _refusal(url, error)
        if attempt < ATTEMPTS - 1:
            time.sleep(0.5 * 4**attempt)
    raise Unreachable(f"packages cannot be fetched: {reason}.", _hint(reason))


def download(url: str, into: Path, *, most: int) -> str:
    """Writes what is at that address into a new file, and gives its SHA-256. Raises as ``fetched``."""
    for attempt in range(ATTEMPTS):
        try:
            with into.open("wb") as file:
                out = _Hashed(file)
                _once(url, "*/*", out, most)
            into.chmod(0o644)
            return out.digest.hexdigest()
        except (HTTPError, URLError, OSError, HTTPException, ValueError) as error:
            if isinstance(error, OSError) and error.errno in _DISK:
                raise
            reason = _refusal(url, error)
        if attempt < ATTEMPTS - 1:
            time.sleep(0.5 * 4**attempt)
    raise Unreachable(f"packages cannot be fetched: {reason}.", _hint(reason))


class _Hashed:
    """Writes to a file and hashes what is written."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self.digest = file, hashlib.sha256()

    def write(self, data: bytes) -> int:
        """As a file does."""
        self.digest.update(data)
        return self._file.write(data)


def _once(url: str, accept: str, out: "BytesIO | _Hashed", most: int) -> tuple[str, str]:
    """Writes what is there to ``out``; its media type and the address that it came from in the end."""
    ends = time.monotonic() + _LONGEST_S
    address, headers = _credentials(url)
    request = urllib.request.Request(address, headers={"Accept": accept, "User-Agent": "django-track"})
    for name, value in headers.items():
        request.add_unredirected_header(name, value)
    with closing(_opener().open(request, timeout=_SILENT_S)) as answer:
        announced, size = answer.headers.get("Content-Length"), 0
        if int(announced or 0) > most:
            raise TooLarge
        while chunk := answer.read(_CHUNK):
            size += len(chunk)
            if size > most:
                raise TooLarge
            out.write(chunk)
            if time.monotonic() > ends:
                raise TimeoutError(f"more than {_LONGEST_S} s")
        if announced and size < int(announced):
            raise HTTPException("it broke off")
        return answer.headers.get("Content-Type") or "", answer.url


def _refusal(url: str, error: Exception) -> str:
    """What came in place of an answer, in words; ``Gone`` if that is the answer."""
    if isinstance(error, HTTPError):
        if error.code in _GONE:
            raise Gone from None
        return f"the package index answers with status {error.code}"
    if _is_missing_file(url, error):
        raise Gone from None
    return f"the package index does not answer ({_reason(error)})"


def _credentials(url: str) -> tuple[str, dict[str, str]]:
    """The address as it is opened, and what says who we are: from the address itself or from .netrc."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        path = Path(unquote(parts.path))
        return (path / "index.html" if path.is_dir() else path).as_uri(), {}
    if parts.scheme not in ("http", "https"):
        raise ValueError("an address that is neither http nor https nor file")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if not user:
        with suppress(OSError, netrc.NetrcParseError):
            user, _, password = netrc.netrc().authenticators(parts.hostname or "") or ("", "", "")
    address = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
    secret = base64.b64encode(f"{user}:{password}".encode()).decode()
    return address, {"Authorization": f"Basic {secret}"} if user else {}


@cache
def _opener() -> urllib.request.OpenerDirector:
    """With the proxies of the environment, and the certificates of SSL_CERT_FILE or PIP_CERT beside the system's."""
    context = ssl.create_default_context()
    for name in _CERTIFICATES:
        with suppress(OSError, ssl.SSLError):
            if place := os.environ.get(name):
                context.load_verify_locations(place)
    return urllib.request.build_opener(urllib.request.HTTPSHandler(context=context))


def _is_missing_file(url: str, error: Exception) -> bool:
    inner: Any = getattr(error, "reason", error)
    return url.startswith("file:") and (isinstance(inner, FileNotFoundError) or "No such file" in str(inner))


def _hint(reason: str) -> str:
    """What to do, and which certificates were taken where one of them is missing: a proxy brings one of its own."""
    if _UNTRUSTED not in reason:
        return _HINT
    named = [f"{name}={os.environ[name]}{_fault(os.environ[name])}" for name in _CERTIFICATES if os.environ.get(name)]
    taken = f"Beside the system's, those of {' and '.join(named)} were taken. " if named else ""
    return f"{taken}A proxy may show a certificate of its own: name the file that holds it, SSL_CERT_FILE=/path/ca.pem."


def _fault(place: str) -> str:
    """Why a file of certificates is of no use, in brackets; nothing where it is."""
    try:
        ssl.create_default_context(cafile=place)
    except (OSError, ssl.SSLError) as problem:
        return f" (which cannot be read: {problem.strerror or 'it holds no certificate'})"
    return ""


def _reason(error: Exception) -> str:
    """In a few words, without the address."""
    inner: Any = getattr(error, "reason", error)
    if isinstance(inner, ssl.SSLCertVerificationError):
        return f"{_UNTRUSTED}: {inner.verify_message}"
    if isinstance(inner, TimeoutError | socket.timeout):
        return "timed out"
    if isinstance(inner, socket.gaierror):
        return "its name is not known"
    return inner.strerror or type(inner).__name__ if isinstance(inner, OSError) else type(inner).__name__
