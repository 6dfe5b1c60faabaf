"""The project's OpenAPI document: as it serves it, else as it lies in the project."""

from contextlib import ExitStack
from typing import Any

from grader.gates.coverage.pathways import NoDocument
from grader.gates.subject import Subject
from grader.reader.client import NotReadable, Reader
from grader.stage.project import Broken
from grader.stage.serving import serve
from grader.stage.users import HTTPS

_FILES = ("openapi.yaml", "openapi.yml", "openapi.json", "schema.yaml", "schema.yml")
# A plain request is redirected where the settings for tests ask for HTTPS, too.
_ACCEPT = {**HTTPS, "Accept": "application/vnd.oai.openapi+json, application/json;q=0.9, */*;q=0.1"}
_OK = 200
_START_S = 60.0
_LARGEST = 4 << 20
_READ_S = 20.0


def document(subject: Subject) -> Any:
    """It, as plain values. ``NoDocument`` says in a clause why there is none."""
    try:
        return _parsed(_served(subject))
    except NoDocument as served:
        for name in _FILES:
            path = subject.submission / name
            if path.is_file() and path.stat().st_size <= _LARGEST:
                return _parsed(path.read_bytes())
        raise served from None


def _served(subject: Subject) -> bytes:
    path = subject.layout.schema
    if not path:
        raise NoDocument("no address of it is known: `schema` in track.toml names it")
    with ExitStack() as stack:
        try:
            server = serve(subject.stage, stack, settings=subject.layout.settings, env=_ENV, migrate=False, workers=1)
            answer = server.get(path, _ACCEPT, timeout_s=_START_S)  # it waits until the server has started
        except (TimeoutError, ConnectionError, Broken) as error:
            raise NoDocument(f"GET {path} does not give it ({str(error)[:200]})") from None
    if answer.status_code != _OK:
        raise NoDocument(f"GET {path} answers {answer.status_code}")
    return answer.body


_ENV = {"ALLOWED_HOSTS": "localhost,127.0.0.1"}


def _parsed(data: bytes) -> Any:
    kind = "json" if data.lstrip()[:1] == b"{" else "yaml"
    with Reader("json", "yaml") as reader:
        try:
            return reader.read("json" if kind == "json" else "yaml", data, cpu_s=_READ_S)
        except NotReadable as bad:
            raise NoDocument(f"it cannot be read: {bad.text}") from None
