"""The served application under wapiti, a scanner that attacks it from outside: what it finds, and what of it counts."""

import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from grader.domain.errors import EnvironmentError_
from grader.domain.findings import Finding, Severity
from grader.gates.contract.proxy import Patience, Proxy
from grader.gates.outside_tool import last_report, start_tool
from grader.gates.security.probes import parameters_of
from grader.gates.subject import Subject
from grader.sandbox.api import Limits, Process
from grader.sandbox.server import ApplicationServer
from grader.tools.installed import locked_version, tool_site

_REQUIREMENTS = "wapiti.txt"
_PROGRAM = Path(__file__).with_name("running_wapiti.py")
_PORT, _MOST_REQUESTS, _MOST_SEEDS, _MOST_PARAMETERS = 8000, 4_000, 40, 8
_SCAN_S, _ATTACK_S, _WALL_S, _CPU_S = 20, 5, 150.0, 90
_LIMITS = Limits(memory_mb=1024, processes=64, tmp_mb=64, wall_s=_WALL_S, cpu_s=_CPU_S, address_mb=None, file_mb=32)
_MODULES = "xss,permanentxss,sql,redirect,exec,file,crlf,csrf"
_ARGUMENTS = (
    *("-m", _MODULES, "--flush-session", "--no-bugreport", "--scope", "folder", "-v", "0", "-t", "10", "-d", "4"),
    *("--max-scan-time", str(_SCAN_S), "--max-attack-time", str(_ATTACK_S), "--max-links-per-page", "30"),
    *("--max-files-per-dir", "20", "--max-parameters", "12", "--tasks", "2"),
)
# What counts, with the number in CWE: those in which the answer itself shows that the attack got through.
_WEIGHTS: Mapping[str, tuple[Severity, int, str]] = {
    "SQL Injection": (Severity.HIGH, 89, "Pass values as parameters: `cursor.execute(sql, [value])`."),
    "Command execution": (Severity.HIGH, 78, "Call programs with a list of arguments, and evaluate nothing that came."),
    "Reflected Cross Site Scripting": (Severity.HIGH, 79, "Leave the template's escaping on."),
    "Stored Cross Site Scripting": (Severity.HIGH, 79, "Leave the template's escaping on."),
    "Path Traversal": (Severity.HIGH, 22, "Open files by names of your own, not by those that came."),
    "CRLF Injection": (Severity.HIGH, 93, "Put nothing that came into a header by hand."),
    "Open Redirect": (Severity.MEDIUM, 601, "Ask `url_has_allowed_host_and_scheme` before you redirect."),
}
_PATH = re.compile(r"/[\w./~%-]{0,200}", re.ASCII)
_METHOD = re.compile(r"[A-Z]{3,10}")
_WORD = re.compile(r"[\w .:/-]{1,80}")


class Bounded(Patience):
    """Patience that ends after a number of requests, too."""

    def __init__(self, wall_s: float = _WALL_S) -> None:
        super().__init__(wall_s)
        self._left = _MOST_REQUESTS

    def note(self, request: str, took_s: float) -> None:
        """A request has been answered, or given up, after so many seconds."""
        super().note(request, took_s)
        self._left -= 1
        if self._left <= 0:
            self.lost = f"The scanner sent {_MOST_REQUESTS} requests."


def scan_served(
    subject: Subject, server: ApplicationServer, paths: tuple[str, ...], who: Mapping[str, str]
) -> Iterator[Finding]:
    """What wapiti finds on these paths, which may have queries, asked as ``who``.

    Raises:
        EnvironmentError_: it cannot be had, or does not get to its end.
    """
    with ExitStack() as stack:
        process = _start(subject, stack, paths)
        proxy = stack.enter_context(Proxy(process.listeners[_PORT], Bounded()))
        proxy.direct(server, {"X-Forwarded-Proto": "https", **who})
        with suppress(TimeoutError):
            process.wait(_WALL_S + 10)
        text = process.output().decode(errors="replace")
        yield from parse_wapiti(text)
        message = f"{wapiti_version()} sent {len(proxy.noted)} requests."
        yield Finding("wapiti.scan", message, Severity.NOTE, source=wapiti_version())


def with_queries(paths: tuple[str, ...], sources: Mapping[str, str]) -> tuple[str, ...]:
    """Paths with the parameters that the code reads: a scanner finds no names that no page has."""
    query = urlencode(dict.fromkeys(parameters_of(sources.values())[:_MOST_PARAMETERS], "1"))
    return tuple(f"{path}?{query}" for path in paths)


def wapiti_version() -> str:
    """The scanner with the version that is locked."""
    return locked_version("wapiti3", _REQUIREMENTS).replace("wapiti3", "wapiti")


def _start(subject: Subject, stack: ExitStack, paths: tuple[str, ...]) -> Process:
    cache, kind = subject.state_dir / "environments", subject.spec.sandbox
    return start_tool(
        subject,
        stack,
        _PROGRAM,
        lambda inside: {"port": inside[_PORT], "paths": paths[:_MOST_SEEDS], "arguments": _ARGUMENTS},
        ports=(_PORT,),
        limits=_LIMITS,
        output_limit=4 << 20,
        deps=tool_site(_REQUIREMENTS, what="wapiti", cache=cache, kind=kind),
    )


def parse_wapiti(output: str) -> Iterator[Finding]:
    """The findings in what was written; what is not in the table is a note.

    Raises:
        EnvironmentError_: there is no report in it.
    """
    said = last_report(output)
    entries = said.get("found") if isinstance(said, dict) else None
    if not isinstance(entries, list):
        why = said.get("said") if isinstance(said, dict) else output
        raise EnvironmentError_(f"wapiti did not get to its end: {str(why)[-300:]}", "Run the same command again.")
    seen: set[tuple[str, str]] = set()
    for entry in entries:
        for finding in _finding(entry) if isinstance(entry, dict) else ():
            if (finding.rule, finding.message) not in seen:
                seen.add((finding.rule, finding.message))
                yield finding


def _finding(entry: Mapping[str, Any]) -> Iterator[Finding]:
    category, method, path, parameter = (str(entry.get(key)) for key in ("category", "method", "path", "parameter"))
    if not (_WORD.fullmatch(category) and _METHOD.fullmatch(method) and _PATH.fullmatch(path)):
        return
    severity, cwe, remedy = _WEIGHTS.get(category, (Severity.NOTE, None, "Look at it: it may be nothing."))
    if category == "SQL Injection" and "DBMS" not in str(entry.get("info")):
        severity = Severity.NOTE  # guessed from pages that differ, as pages do
    where = f" by the parameter {parameter}" if _WORD.fullmatch(parameter) and parameter != "None" else ""
    rule = "wapiti." + re.sub(r"[^a-z0-9]+", "-", category.lower()).strip("-")[:40]
    asked = re.sub(r"http://127\.0\.0\.1:\d+", "http://localhost:8000", str(entry.get("curl_command")))[:2_000]
    yield Finding(
        rule, f"{method} {path}: {category}{where}.", severity, None, remedy, cwe, wapiti_version(), asked[:2_000]
    )
