"""OWASP ZAP's baseline on the served application, on machines that have ZAP: notes beside what is counted.

No registry has it, so no points may rest on it. Its report is the traditional one in JSON. The parser is held against
a report of the documented form, and the runner against a program that speaks ZAP's command line: ZAP itself has not
been run by this code.
"""

import html
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from grader.domain.errors import GraderError
from grader.domain.findings import Finding, Severity
from grader.domain.text import one_line
from grader.domain.words import bounded
from grader.gates.contract.proxy import Proxy
from grader.gates.outside_tool import last_report, start_tool
from grader.gates.security.dast import Bounded
from grader.gates.subject import Subject
from grader.sandbox.api import Limits, Mount, Process
from grader.sandbox.runtime import shell
from grader.sandbox.server import ApplicationServer

SOURCE = "OWASP ZAP baseline, as evidence"
_PROGRAM = Path(__file__).with_name("running_zap.py")
_NAMES = ("zap.sh", "zap-baseline.py")  # the script of the baseline lies beside the program that it starts
_FOLDERS = ("/zap", "/opt/zaproxy", "/usr/share/zaproxy")
_PORT, _MINUTES, _WALL_S, _MOST_SEEDS = 8000, 1, 240.0, 40
_LIMITS = Limits(memory_mb=2048, processes=256, tmp_mb=512, wall_s=_WALL_S, cpu_s=180, address_mb=None, file_mb=64)
_OUTPUT = 16 << 20
_MOST_ALERTS, _MOST_SITES = 100, 10
_RISKS = {"3": "high", "2": "medium", "1": "low", "0": "informational"}
_PLUGIN = re.compile(r"\d{1,6}(?:-\d{1,3})?")
_CWE = re.compile(r"[1-9]\d{0,4}")
_VERSION = re.compile(r"[\w. -]{1,40}", re.ASCII)
_METHOD = re.compile(r"[A-Z]{3,10}")
_PATH = re.compile(r"/[\w./~%?&=+:@,;-]{0,300}", re.ASCII)
_TAG = re.compile(r"<[^<>]{0,200}>")


class NoReport(ValueError):
    """The text is no report of ZAP's: nothing was looked at by it."""


def zap_program() -> Path | None:
    """The program that starts ZAP on this machine; ``None`` where there is none."""
    for name in _NAMES:
        found = shutil.which(name, path=os.pathsep.join((os.environ.get("PATH", os.defpath), *_FOLDERS)))
        program = Path(found).resolve().with_name("zap.sh") if found else None
        if program and program.is_file():
            return program
    return None


def zap_notes(
    subject: Subject, server: ApplicationServer, paths: tuple[str, ...], who: Mapping[str, str]
) -> Iterator[Finding]:
    """What ZAP's baseline says of these paths, asked as ``who``: notes, and none where this machine has no ZAP.

    A ZAP that does not get to its end leaves a note that says so, and changes nothing.
    """
    program = zap_program()
    if program is None:
        return
    try:
        yield from _scanned(subject, server, program, paths, who)
    except (NoReport, GraderError) as none:
        said = str(none) if isinstance(none, NoReport) else none.message
        yield _note("zap.scan", f"OWASP ZAP is on this machine, and looked at nothing: {bounded(one_line(said))}")


def _scanned(
    subject: Subject, server: ApplicationServer, program: Path, paths: tuple[str, ...], who: Mapping[str, str]
) -> Iterator[Finding]:
    """What it says. Raises ``NoReport``."""
    with ExitStack() as stack:
        process = _start(subject, stack, program, paths)
        proxy = stack.enter_context(Proxy(process.listeners[_PORT], Bounded(_WALL_S)))
        proxy.direct(server, {"X-Forwarded-Proto": "https", **who})
        with suppress(TimeoutError):
            process.wait(_WALL_S + 10)
        yield from parse_zap(process.output().decode(errors="replace"))
        yield _note("zap.scan", f"OWASP ZAP's baseline sent {len(proxy.noted)} requests, and attacked nothing.")


def _start(subject: Subject, stack: ExitStack, program: Path, paths: tuple[str, ...]) -> Process:
    mounts, path = _java()
    return start_tool(
        subject,
        stack,
        _PROGRAM,
        lambda inside: {"port": inside[_PORT], "paths": paths[:_MOST_SEEDS], "minutes": _MINUTES},
        ports=(_PORT,),
        limits=_LIMITS,
        output_limit=_OUTPUT,
        env={"TRACK_ZAP": "/tools/zap/zap.sh", "PATH": path},
        mounts=(Mount(program.parent, "/tools/zap"), *mounts, *shell()),
    )


def _java() -> tuple[tuple[Mount, ...], str]:
    """The Java that ZAP runs on, and the folders of programs that it needs to start."""
    found = shutil.which("java")
    if found is None:
        return (), "/usr/bin:/bin"
    program = Path(found).resolve()
    home = program.parents[1]
    if home.is_relative_to("/usr/lib"):  # the sandbox has it
        return (), f"{program.parent}:/usr/bin:/bin"
    return (Mount(home, "/tools/java"),), "/tools/java/bin:/usr/bin:/bin"


def parse_zap(output: str) -> Iterator[Finding]:
    """A note for each kind of alert in what was written.

    Raises:
        NoReport: there is no report in it.
    """
    said = last_report(output)
    report = said.get("report") if isinstance(said, dict) else None
    sites = report.get("site") if isinstance(report, dict) else None
    if not isinstance(report, dict) or not isinstance(sites, list):
        raise NoReport("it did not get to its end.")
    version = str(report.get("@version"))
    source = f"OWASP ZAP {version}" if _VERSION.fullmatch(version) else "OWASP ZAP"
    alerts = [alert for site in sites[:_MOST_SITES] if isinstance(site, dict) for alert in _items(site.get("alerts"))]
    for alert in alerts[:_MOST_ALERTS]:
        yield from _finding(alert, source)


def _finding(alert: Mapping[str, Any], source: str) -> Iterator[Finding]:
    plugin, risk = str(alert.get("alertRef") or alert.get("pluginid")), _RISKS.get(str(alert.get("riskcode")))
    name = _plain(alert.get("name") or alert.get("alert"), 120)
    if not _PLUGIN.fullmatch(plugin) or risk is None or not name:
        return
    where = list(dict.fromkeys(filter(None, map(_asked, _items(alert.get("instances"))[:200]))))
    places = f" {', '.join(where[:3])}{', and more' * (len(where) > 3)}" if where else ""
    cwe = str(alert.get("cweid"))
    message = f"ZAP takes this for {risk}: {name}.{places}"
    remedy = _plain(alert.get("solution"), 300)
    yield _note(f"zap.{plugin}", message, remedy, int(cwe) if _CWE.fullmatch(cwe) else None, source)


def _asked(instance: Mapping[str, Any]) -> str:
    """``GET /path`` of an instance; "" for what is none."""
    parts = urlsplit(str(instance.get("uri"))[:2_000])
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    method = str(instance.get("method"))
    return f"{method} {path}" if _METHOD.fullmatch(method) and _PATH.fullmatch(path) else ""


def _plain(value: Any, most: int) -> str:
    """A text of ZAP's, which is HTML, without its tags."""
    text = html.unescape(_TAG.sub(" ", value[:5_000])) if isinstance(value, str) else ""
    return bounded(one_line(text), most)


def _items(value: Any) -> list[Mapping[str, Any]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _note(rule: str, message: str, remedy: str = "", cwe: int | None = None, source: str = SOURCE) -> Finding:
    return Finding(rule, message, Severity.NOTE, None, remedy, cwe, source)
