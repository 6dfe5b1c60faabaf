"""Calls of what a project should be able to replace: the clock, the way mail goes out, the search engine."""

import ast
import re
from collections.abc import Iterator
from typing import Any

from grader.architecture.facts.names import Names, Place

CLOCK = frozenset(
    {
        "django.utils.timezone.now",
        "django.utils.timezone.localdate",
        "django.utils.timezone.localtime",
        "datetime.datetime.now",
        "datetime.datetime.utcnow",
        "datetime.datetime.today",
        "datetime.date.today",
        "time.time",
        "time.time_ns",
    }
)
_POSTGRES_SEARCH = "django.contrib.postgres.search."
_SEARCH = re.compile(r"Search(?:Vector|Query|Rank|Headline)|Trigram\w+")
_ENGINES = {"elasticsearch", "elasticsearch_dsl", "opensearchpy", "meilisearch", "typesense", "whoosh", "algoliasearch"}
_MAIL = frozenset({"smtplib.SMTP", "smtplib.SMTP_SSL", "smtplib.LMTP"})
_MAILERS = {"aiosmtplib", "sendgrid", "postmarker", "mailjet_rest", "mailchimp_transactional", "resend"}
_BACKENDS = "django.core.mail.backends."


def uses_of(node: ast.Call, place: Place, names: Names) -> Iterator[dict[str, Any]]:
    """``line``, ``what`` (``clock``, ``mail`` or ``search``), the ``call`` as a dotted name, the ``cls`` and the
    function ``name`` that it is in, and ``to``, what it is handed on to as an argument.

    What is not in a function runs once, when the module is imported, and is left out.
    """
    yield from _use(node, place, names, "")
    callee = names.dotted(node.func)
    if callee:
        for argument in [*node.args, *(keyword.value for keyword in node.keywords)]:
            if isinstance(argument, ast.Call):
                yield from _use(argument, place, names, callee)


def _use(node: ast.Call, place: Place, names: Names, to: str) -> Iterator[dict[str, Any]]:
    call = names.dotted(node.func)
    what = _what(call, node)
    if what and place.function is not None:
        at = [node.lineno, node.col_offset]
        yield {
            "line": at[0],
            "column": at[1],
            "what": what,
            "call": call,
            "cls": place.cls,
            "name": place.name,
            "to": to,
        }


def _what(call: str, node: ast.Call) -> str:
    first = call.partition(".")[0]
    if call in CLOCK and not (call.endswith(".localtime") and node.args):
        return "clock"
    if first in _ENGINES or _is_search(call):
        return "search"
    if call in _MAIL or first in _MAILERS or call.startswith(_BACKENDS) or _names_a_backend(call, node):
        return "mail"
    return ""


def _is_search(call: str) -> bool:
    name = call.removeprefix(_POSTGRES_SEARCH)
    return name != call and _SEARCH.fullmatch(name) is not None


def _names_a_backend(call: str, node: ast.Call) -> bool:
    """``get_connection("django.core.mail.backends…")``, ``boto3.client("ses")``."""
    given = [*node.args, *(keyword.value for keyword in node.keywords if keyword.arg == "backend")]
    match given:
        case [ast.Constant(value=str(text)), *_]:
            service = call in ("boto3.client", "boto3.resource") and text in ("ses", "sesv2")
            return service or call == "django.core.mail.get_connection"
    return False
