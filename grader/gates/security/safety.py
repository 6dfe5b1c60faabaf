"""What `safety` reports, read as evidence: its service knows newer advisories than a snapshot, and decides nothing.

The parser is held against recorded output. The program needs a service and a log-in of its own, and is not run here.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from grader.domain.findings import Finding, Severity
from grader.domain.location import Location
from grader.domain.words import bounded

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,100}")
_MOST = 500


class NoReport(ValueError):
    """The text is no report of safety's: nothing was audited by it."""


def parse_safety(text: str) -> tuple[Finding, ...]:
    """The findings of `safety check --output json`, each a note. What the project's policy ignored is among them.

    Raises:
        NoReport: it is something else, such as a request to log in.
    """
    try:
        report = json.loads(text)
    except (ValueError, RecursionError):
        raise NoReport("safety wrote no JSON") from None
    if not isinstance(report, dict) or not isinstance(report.get("vulnerabilities"), list):
        raise NoReport("what safety wrote has no list of vulnerabilities")
    ignored = report.get("ignored_vulnerabilities")
    entries = [*report["vulnerabilities"], *(ignored if isinstance(ignored, list) else [])]
    version = (report.get("report_meta") or {}).get("safety_version", "")
    source = f"safety {version}" if isinstance(version, str) and _NAME.fullmatch(version) else "safety"
    return tuple(finding for entry in entries[:_MOST] for finding in _finding(entry, source))


def _finding(entry: Any, source: str) -> Iterator[Finding]:
    if not isinstance(entry, dict):
        return
    known, package, version = (entry.get(key) for key in ("vulnerability_id", "package_name", "analyzed_version"))
    if not all(isinstance(text, str) and _NAME.fullmatch(text) for text in (known, package, version)):
        return
    fixed = [str(one) for one in entry.get("fixed_versions") or () if _NAME.fullmatch(str(one))]
    yield Finding(
        f"safety-{known}",
        f"{package} {version}: {bounded(str(entry.get('advisory') or 'a known vulnerability'), 160)}",
        Severity.NOTE,
        Location("poetry.lock"),
        f"Raise it to {', '.join(fixed)}." if fixed else "Read the advisory.",
        1395,
        source,
    )
