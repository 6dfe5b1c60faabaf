"""The package index of this machine, as configured for uv and pip, asked by the Simple API (PEP 503, 691 and 700)."""

import configparser
import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

import msgspec

from grader.environment.fetch import Gone, TooLarge, fetched
from grader.environment.public import public_index

LARGEST_PAGE = 16 << 20
_ACCEPT = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1"


@dataclass(frozen=True, slots=True)
class File:
    """A file that an index lists. ``size`` in bytes is what it announces; not every index does.

    ``yanked`` says that it was taken back, ``described`` that its metadata can be fetched without it (PEP 658).
    """

    name: str
    url: str
    sha256: str
    size: int | None = None
    python: str = ""
    yanked: bool = False
    described: bool = False


def indexes(environ: Mapping[str, str], home: Path) -> tuple[str, ...]:
    """The addresses of the indexes, in the order to ask: by uv's variables, pip's, uv's files, pip's files, or public.

    ``environ`` and ``home`` are this machine's, never a submission's.

    Raises:
        EnvironmentError_: none is named, and this Python does not know the public one.
    """
    main = environ.get("UV_DEFAULT_INDEX") or environ.get("UV_INDEX_URL") or environ.get("PIP_INDEX_URL")
    further = " ".join(environ.get(name, "") for name in ("UV_INDEX", "UV_EXTRA_INDEX_URL", "PIP_EXTRA_INDEX_URL"))
    configured = [*_uv_files(environ, home), *_pip_files(environ, home)]
    main = main or next((where for kind, where in configured if kind == "main"), "") or public_index()
    extra = further.split() + [where for kind, where in configured if kind == "extra"]
    named = [re.sub(r"^[A-Za-z0-9._-]+=(?=[a-z]+://|/)", "", where) for where in [main.strip(), *extra]]
    return tuple(dict.fromkeys(where.rstrip("/") for where in named if where))


def _uv_files(environ: Mapping[str, str], home: Path) -> Iterator[tuple[str, str]]:
    """What uv's own files of this user and this machine name."""
    own = Path(environ.get("XDG_CONFIG_HOME") or home / ".config") / "uv" / "uv.toml"
    given = environ.get("UV_CONFIG_FILE")
    for path in (Path(given),) if given else (own, Path("/etc/uv/uv.toml")):
        with suppress(OSError, ValueError, TypeError, AttributeError):
            settings = tomllib.loads(path.read_text("utf-8"))
            for table in settings.get("index", []):
                yield "main" if table.get("default") else "extra", table["url"]
            for table in (settings, settings.get("pip", {})):
                yield from (("main", where) for where in [table.get("index-url")] if where)
                yield from (("extra", where) for where in table.get("extra-index-url", []))


def _pip_files(environ: Mapping[str, str], home: Path) -> Iterator[tuple[str, str]]:
    """What pip's own files of this user and this machine name, the user's first."""
    own = Path(environ.get("XDG_CONFIG_HOME") or home / ".config") / "pip" / "pip.conf"
    given = environ.get("PIP_CONFIG_FILE")
    places = (own, home / ".pip" / "pip.conf", Path("/etc/xdg/pip/pip.conf"), Path("/etc/pip.conf"))
    for path in (Path(given),) if given else places:
        parser = configparser.RawConfigParser()
        with suppress(OSError, ValueError, configparser.Error):
            parser.read_string(path.read_text("utf-8"))
        for section in ("install", "global"):
            if where := parser.get(section, "index-url", fallback=""):
                yield "main", where
            yield from (("extra", where) for where in parser.get(section, "extra-index-url", fallback="").split())


def files_of(project: str, index: str) -> tuple[File, ...]:
    """What that index lists for a project of that normalised name; none if it does not know it.

    Raises:
        Unreachable: the index does not answer, or not as an index does.
    """
    page = f"{index}/{project}/"
    try:
        answer = fetched(page, accept=_ACCEPT, most=LARGEST_PAGE)
    except (Gone, TooLarge):
        return ()
    if "json" in answer.kind:
        found = _from_json(answer.data, answer.url)
    else:
        reader = _Links()
        reader.feed(answer.data.decode("utf-8", "replace"))
        found = _from_html(reader.found, urljoin(answer.url, reader.base))
    return tuple(replace(file, url=_with_rights(file.url, index)) for file in found)


def _with_rights(url: str, index: str) -> str:
    """The address with the name and password of the index's own, where it is on the same server."""
    file, asked = urlsplit(url), urlsplit(index)
    if asked.username is None or (file.hostname, file.port) != (asked.hostname, asked.port):
        return url
    return file._replace(netloc=asked.netloc).geturl()


class _Listed(msgspec.Struct):
    filename: str
    url: str
    hashes: dict[str, str] = {}
    size: int | None = None
    requires_python: str | None = msgspec.field(name="requires-python", default=None)
    yanked: bool | str | None = False
    described: bool | dict[str, str] | None = msgspec.field(name="core-metadata", default=False)


class _Page(msgspec.Struct):
    files: list[_Listed]


def _from_json(data: bytes, page: str) -> Iterator[File]:
    with suppress(msgspec.DecodeError):
        for file in msgspec.json.decode(data, type=_Page).files:
            url = urljoin(page, file.url)
            yield File(
                file.filename,
                url,
                file.hashes.get("sha256", ""),
                file.size,
                file.requires_python or "",
                file.yanked not in (False, None),
                bool(file.described),
            )


def _from_html(links: list[dict[str, str]], base: str) -> Iterator[File]:
    for link in links:
        url, fragment = urldefrag(urljoin(base, link["href"]))
        name = urlsplit(url).path.rpartition("/")[2]
        described = bool(link.get("data-core-metadata") or link.get("data-dist-info-metadata"))
        digest, python = fragment.removeprefix("sha256="), link.get("data-requires-python", "")
        yield File(name, url, digest, None, python, "data-yanked" in link, described)


class _Links(HTMLParser):
    """The links of a page, and what they are relative to."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[dict[str, str]] = []
        self.base = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, Any]]) -> None:
        """See ``HTMLParser``."""
        given = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in given:
            self.found.append(given)
        elif tag == "base":
            self.base = given.get("href", "")
