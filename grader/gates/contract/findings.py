"""What the runs came to, as findings: each failure once, with the shortest request that shows it."""

import base64
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from grader.domain.findings import Finding, Severity
from grader.domain.text import spelled
from grader.domain.words import bounded
from grader.gates.contract.contract_run import VERSION
from grader.gates.contract.document import Document
from grader.gates.contract.served import ANONYMOUS, Answered

SOURCE = f"schemathesis {VERSION}"
_ORDER = list(Severity)
_AT_THE_DOOR = (401, 403, 405, 429)
_SEVERITY = {"not_a_server_error": Severity.HIGH}
_REMEDY = {
    "not_a_server_error": "Nothing that somebody sends may end in a 500: find the exception in the log and handle it.",
    "status_code_conformance": "Describe this status at the operation, or answer with one that is described.",
    "content_type_conformance": "Answer in the media type that the document names, or name this one.",
    "response_headers_conformance": "Send the header that the document requires, or do not require it.",
    "response_schema_conformance": "Make the answer and its schema agree.",
}
# The tool makes these up; they change nothing in what a person has to send.
_UNSAID = ("user-agent", "accept-encoding", "connection", "accept", "x-schemathesis-testcaseid", "host")


def failures(reports: Iterable[Mapping[str, Any]]) -> list[Finding]:
    """Of all reports, each failure once, whichever phases and roles met it; the gravest first."""
    met: dict[tuple[str, str, str, int], list[tuple[str, Mapping[str, Any]]]] = {}
    for report in reports:
        for failure in _dictionaries(report.get("failures")):
            status = failure.get("status")
            key = tuple(str(failure.get(part)) for part in ("operation", "check", "title"))
            number = status if type(status) is int else 0
            met.setdefault((key[0], key[1], key[2], number), []).append((str(report.get("role")), failure))
    faults = {(operation, status) for operation, check, _, status in met if check == "not_a_server_error"}
    # That a 500 is not described either is the same failure once more.
    found = [
        _failure(key, seen)
        for key, seen in met.items()
        if key[1] == "not_a_server_error" or (key[0], key[3]) not in faults
    ]
    return sorted(found, key=lambda finding: (_ORDER.index(finding.severity), finding.message))


def unusable(reports: Iterable[Mapping[str, Any]]) -> list[Finding]:
    """What the tool could not use of the document, once each: no operation with such a fault is tested in full."""
    said = {str(error) for report in reports for error in report.get("errors") or ()}
    remedy = "Mend the document where it says so: a tool that reads it gets no further there."
    return [
        Finding("contract.unusable", f"The document: {_line(error)}", Severity.MEDIUM, remedy=remedy, source=SOURCE)
        for error in sorted(said)
    ]


def _failure(key: tuple[str, str, str, int], seen: list[tuple[str, Mapping[str, Any]]]) -> Finding:
    operation, check, title, status = key
    role, shown = min(seen, key=lambda entry: len(_curl(*entry)))
    roles = ", ".join(dict.fromkeys(role for role, _ in seen))
    said = bounded(_lines(str(shown.get("message") or "")), 700)
    return Finding(
        rule=f"contract.{re.sub(r'[^a-z0-9]+', '-', check.lower())[:60]}",
        message=f"{_line(operation)}, answered with {status}: {_line(title)} (as {_line(roles)}).",
        severity=_SEVERITY.get(check, Severity.MEDIUM),
        remedy=_REMEDY.get(check, "Make the answer and the document agree."),
        source=SOURCE,
        detail="\n".join(part for part in (said, _curl(role, shown)) if part),
    )


def _curl(role: str, failure: Mapping[str, Any]) -> str:
    """The command that sends the request again, for a server on this machine."""
    parts = urlsplit(str(failure.get("uri")).replace("\n", ""))
    url = f"http://localhost:8000{parts.path}{'?' + parts.query if parts.query else ''}"
    words = ["curl", "-i", "-X", str(failure.get("method"))]
    if role != ANONYMOUS:
        words += ["-H", f"Authorization: Bearer $TOKEN_OF_{role.upper().replace('-', '_')}"]
    headers = failure.get("headers")
    for name, value in headers.items() if isinstance(headers, dict) else ():
        if str(name).lower() not in _UNSAID:
            words += ["-H", f"{name}: {value}"]
    if body := _body(failure):
        words += ["--data-raw", body]
    return bounded(_lines(" ".join(_quoted(word) for word in [*words, url])), 2_000)


def _quoted(word: str) -> str:
    return f'"{word}"' if word.startswith("Authorization: Bearer $TOKEN_OF_") else shlex.quote(word)


def _body(failure: Mapping[str, Any]) -> str:
    try:
        return base64.b64decode(str(failure.get("body") or "") + "==").decode("utf-8", "replace")
    except ValueError:
        return ""


class Exercised:
    """Which operations were asked for and answered, and with what, by what this side saw go by.

    ``statuses`` has for each operation, by status, the roles that got it.
    """

    def __init__(self, document: Document, answered: Iterable[Answered]) -> None:
        self.statuses: dict[str, dict[int, set[str]]] = {o.label: {} for o in document.operations()}
        self._paths = {operation.label: operation.path for operation in document.operations()}
        # /users/me/ comes before /users/{id}/.
        self._templates = sorted(set(self._paths.values()), key=lambda path: (path.count("{"), path))
        self._known: dict[str, str] = {}
        self._routed: set[str] = set()
        for answer in answered:
            template = self._template(answer.path.partition("?")[0])
            if template and answer.status not in (0, 404):
                self._routed.add(template)
            if (label := f"{answer.method} {template}") in self.statuses:
                self.statuses[label].setdefault(answer.status, set()).add(answer.role)

    def _template(self, path: str) -> str:
        if path not in self._known:
            self._known[path] = next((t for t in self._templates if _fits(t, path)), "")
        return self._known[path]

    def reached(self) -> Iterator[str]:
        """Those that somebody got past the door of: any answer but none, 401, 403, 405, 429 and a fault.

        A 404 counts only where the path answers something else as well, if only 405: else there may be no such route.
        """
        for label, statuses in self.statuses.items():
            past = {status for status in statuses if 0 < status < 500 and status not in _AT_THE_DOOR}
            if past - {404} or (past and self._paths[label] in self._routed):
                yield label


def _fits(template: str, path: str) -> bool:
    """Whether a path is one of the template's. A segment is held against its fixed ends only: no search, no delay."""
    parts, given = template.split("/"), path.split("/")
    return len(parts) == len(given) and all(_segment_fits(*both) for both in zip(parts, given, strict=True))


def _segment_fits(template: str, given: str) -> bool:
    if "{" not in template:
        return template == given
    before, after = template.partition("{")[0], template.rpartition("}")[2]
    return len(given) > len(before) + len(after) and given.startswith(before) and given.endswith(after)


def _dictionaries(value: Any) -> Iterator[Mapping[str, Any]]:
    yield from (entry for entry in value if isinstance(entry, dict)) if isinstance(value, list) else ()


def _line(text: str) -> str:
    return bounded(spelled(" ".join(text.split())), 300)


def _lines(text: str) -> str:
    return "\n".join(spelled(line) for line in text.splitlines())
