"""Attacks on the served application: where the feature is there, a request shows whether its defence is."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from random import Random
from urllib.parse import urlencode, urlsplit

from grader.domain.findings import Finding, Severity
from grader.gates.security.assignment import probe_rights
from grader.gates.security.exchange import Api, Person, Send, curl, found
from grader.gates.security.headers import Answer
from grader.gates.security.verbs import probe_verbs
from grader.sandbox.http import Response

_PARAMETERS = re.compile(r"(?:GET|query_params)(?:\.get\(|\.getlist\(|\[)\s*[\"'](\w{1,40})[\"']")
_USUAL = ("next", "q", "search", "url", "redirect", "return_to", "name")
_MOST_PARAMETERS = 30
_FORM = re.compile(r"<form\b[^>]{0,500}method=[\"']?post", re.IGNORECASE)
_FIELD = re.compile(r"<(?:input|textarea|select)\b[^>]{0,500}\bname=[\"']?([\w-]{1,60})", re.IGNORECASE)
_OWN = re.compile(r".*/(?:me|profile|account|user)/?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Target:
    """A served application: how it is asked (nothing comes where it does not answer), and where.

    ``paths`` are those that take no arguments, ``parameters`` names that queries may have. ``member`` are the headers
    of somebody who is logged in with the least rights by a session; empty where nobody can be.
    """

    send: Send
    paths: tuple[str, ...]
    parameters: tuple[str, ...]
    member: Mapping[str, str]
    highest: str = "admin"

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Response | None:
        """What comes."""
        return self.send("GET", path, headers or {}, b"")


def parameters_of(sources: Iterable[str]) -> tuple[str, ...]:
    """Names of query parameters: those that code reads first, then usual ones."""
    read = dict.fromkeys(name for text in sources for name in _PARAMETERS.findall(text))
    return tuple(dict.fromkeys([*list(read)[: _MOST_PARAMETERS - len(_USUAL)], *_USUAL]))


def probe(target: Target, pages: Iterable[Answer], random: Random) -> Iterator[Finding]:
    """A finding for each attack that gets through."""
    mark = f"tk{random.getrandbits(40):010x}"
    evil = f"{mark}.example"
    yield from _host_header(target, evil)
    yield from _origin(target, f"https://{evil}")
    for path in target.paths:
        yield from _open_redirect(target, path, evil)
        yield from _echo(target, path, mark)
        yield from _quote(target, path)
        yield from probe_verbs(Api(target.send), path)
    if target.member:
        yield from _forged(target, pages, f"https://{evil}")
        yield from _mass_assignment(target)


def _host_header(target: Target, evil: str) -> Iterator[Finding]:
    for path in target.paths[:20]:
        answer = target.get(path, {"Host": evil})
        if answer and (answer.status_code < 400 or evil in answer.header("location") + answer.text):
            remedy = "Name the hosts in ALLOWED_HOSTS, and use `request.get_host()`."
            message = f"GET {path} is answered with {answer.status_code} for a Host that is somebody else's."
            yield found("host-header", Severity.MEDIUM, message, remedy, 644, curl("GET", path, {"Host": evil}))
            return


def _origin(target: Target, evil: str) -> Iterator[Finding]:
    for path in target.paths[:20]:
        answer = target.get(path, {"Origin": evil})
        allowed = answer.header("access-control-allow-origin") if answer else ""
        if answer and allowed == evil and answer.header("access-control-allow-credentials").lower() == "true":
            remedy = "Name the origins in CORS_ALLOWED_ORIGINS."
            message = f"GET {path} lets every site read its answers with the visitor's cookies."
            yield found("cors", Severity.HIGH, message, remedy, 942, curl("GET", path, {"Origin": evil}))
            return


def _open_redirect(target: Target, path: str, evil: str) -> Iterator[Finding]:
    query = urlencode(dict.fromkeys(target.parameters, f"https://{evil}/"))
    answer = target.get(f"{path}?{query}")
    if answer and 300 <= answer.status_code < 400 and urlsplit(answer.header("location")).hostname == evil:
        remedy = "Ask `url_has_allowed_host_and_scheme` before you redirect to what a request says."
        message = f"GET {path} redirects to any site that its query names."
        yield found("open-redirect", Severity.MEDIUM, message, remedy, 601, curl("GET", f"{path}?{query}", {}))


def _echo(target: Target, path: str, mark: str) -> Iterator[Finding]:
    values = {name: f'"><i id={mark}{number}x>' for number, name in enumerate(target.parameters)}
    answer = target.get(f"{path}?{urlencode(values)}")
    if answer is None or not Answer("", answer).is_page:
        return
    for number, name in enumerate(target.parameters):
        if f"<i id={mark}{number}x>" in answer.text:
            remedy = "Leave the template's escaping on, and use `format_html` for markup of your own."
            message = f"GET {path} puts the parameter {name} into its page as markup."
            shown = urlencode({name: values[name]})
            yield found("xss", Severity.HIGH, message, remedy, 79, curl("GET", f"{path}?{shown}", {}))


def _quote(target: Target, path: str) -> Iterator[Finding]:
    """A quote makes an error, two quotes none: then the value is a part of an SQL text."""

    def status(value: str, *names: str) -> int:
        answer = target.get(f"{path}?{urlencode(dict.fromkeys(names, value))}")
        return answer.status_code if answer else 0

    if status("a'", *target.parameters) != 500:
        return
    for name in target.parameters:
        if status("a'", name) == 500 and 0 < status("a''", name) < 500 and 0 < status("a", name) < 500:
            remedy = "Pass the value as a parameter: `cursor.execute(sql, [value])`."
            message = f"GET {path} fails with 500 for a quote in the parameter {name}, and for two quotes it does not."
            command = curl("GET", f"{path}?{urlencode({name: "a'"})}", {})
            yield found("sql", Severity.HIGH, message, remedy, 89, command)


def _forged(target: Target, pages: Iterable[Answer], origin: str) -> Iterator[Finding]:
    """The form of a page, sent by another site in the name of whoever is logged in."""
    cookies = {name: value for name, value in target.member.items() if name in ("Cookie", "X-Forwarded-Proto")}
    headers = {
        **cookies,
        "Origin": origin,
        "Referer": f"{origin}/",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    for path in dict.fromkeys((*target.paths, *(page.asked.partition(" ")[2] for page in pages))):
        page = target.get(path, cookies)
        if page is None or not Answer("", page).is_page or not _FORM.search(page.text):
            continue
        body = urlencode(dict.fromkeys(_FIELD.findall(page.text)[:40], "1")).encode()
        answer = target.send("POST", path, headers, body)
        if answer and answer.status_code < 400:
            remedy = "Keep CsrfViewMiddleware, and take `csrf_exempt` away."
            message = f"POST {path} is answered with {answer.status_code} when another site sends its form."
            yield found("csrf", Severity.HIGH, message, remedy, 352, curl("POST", path, headers, body))


def _mass_assignment(target: Target) -> Iterator[Finding]:
    """Somebody with the least rights sends more rights beside what they may change of themselves."""
    member = Person("member", 1, target.member)
    for path in (path for path in target.paths if _OWN.fullmatch(path)):
        yield from probe_rights(Api(target.send), member, path, target.highest)
