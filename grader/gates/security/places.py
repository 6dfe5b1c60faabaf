"""Where to ask beside what the project's URL configuration says: links of its pages, and routes that its code names."""

import html
import re
from collections.abc import Iterable, Iterator
from itertools import product
from urllib.parse import urljoin, urlsplit

from grader.gates.security.asking import Asking
from grader.gates.security.headers import Answer

_LINK = re.compile(r"<(?:a|form|iframe)\b[^>]{0,300}?\b(?:href|action|src)=[\"']([^\"'<>]{1,300})", re.IGNORECASE)
_ROUTE = re.compile(r"\b(?:re_)?path\(\s*r?[\"']\^?/?([\w./-]{1,100})\$?[\"']\s*,\s*(include\()?")
_PATH = re.compile(r"/[\w./~-]{0,200}", re.ASCII)
_MOST_LINKS, _MOST_ROUTES, _MOST_PREFIXES = 30, 120, 8
_ENDS = ("logout", "delete")


def linked(asking: Asking, answers: Iterable[Answer], known: Iterable[str]) -> Iterator[Answer]:
    """The answers to links of pages that lead to the same site, and to paths that are not known."""
    seen = set(known)
    for answer in answers:
        for link in _LINK.findall(answer.response.text) if answer.is_page else ():
            path = _own_path(urljoin(f"https://localhost{answer.path}", html.unescape(link)))
            if path and path not in seen and len(seen) < _MOST_LINKS + 60 and not any(end in path for end in _ENDS):
                seen.add(path)
                if response := asking.send("GET", path, {}, b""):
                    yield Answer(f"GET {path}", response)


def _own_path(url: str) -> str:
    parts = urlsplit(url)
    return parts.path if parts.hostname == "localhost" and _PATH.fullmatch(parts.path) else ""


def unlisted(asking: Asking, sources: Iterable[str], known: Iterable[str]) -> Iterator[Answer]:
    """The answers, other than 404, to routes without arguments that code names and the project did not."""
    routes = [found for text in sources for found in _ROUTE.findall(text)]
    prefixes = dict.fromkeys(["", *(route for route, includes in routes if includes)][: _MOST_PREFIXES + 1])
    names = dict.fromkeys(route for route, includes in routes if not includes)
    wanted = dict.fromkeys(f"/{prefix}{name}" for prefix, name in product(prefixes, names))
    have = set(known)
    for path in [path for path in wanted if path not in have and _PATH.fullmatch(path)][:_MOST_ROUTES]:
        response = asking.send("GET", path, {}, b"")
        if response is not None and response.status_code not in (301, 400, 404):
            yield Answer(f"GET {path}", response)
