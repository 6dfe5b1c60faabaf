"""Code that asks whether it is graded or scanned: what it does then says nothing of what it does in production."""

import re
from collections.abc import Iterator, Mapping

from grader.domain.findings import Finding, Severity
from grader.gates.security.paths import is_test, located

# Variables and folders of the sandbox, and its backends.
_GRADER = re.compile(
    r"""environ[^\n]{0,40}["'](?:TRACK_|GRADER_)\w{0,40}["']|["'](?:TRACK_|GRADER_)\w{0,40}["'][^\n]{0,20}environ"""
    r"""|["']/(?:submission|deps|tools)["'/]|["'](?:bwrap|bubblewrap)["']"""
)
_SCANNER = re.compile(r"""(?<!["'])["'][^"'\n]{0,40}\b(?:wapiti|schemathesis|sqlmap|nikto|zaproxy)\b""", re.IGNORECASE)
_MOST = 20


def reads_of_the_grader(sources: Mapping[str, str]) -> Iterator[Finding]:
    """A medium finding for each line that looks for the grader, a low one for each that knows a scanner by name."""
    found = 0
    for path, text in sources.items():
        for number, line in enumerate(text.splitlines() if not is_test(path) else (), 1):
            for rule, pattern, severity in _RULES:
                if found < _MOST and pattern.search(line[:1000]):
                    found += 1
                    yield _finding(rule, severity, path, number)


def _finding(rule: str, severity: Severity, path: str, number: int) -> Finding:
    who = "the grader" if rule == "security.looks-for-grader" else "a scanner"
    message = f"This line looks for {who}: what is measured may be another program than what is deployed."
    remedy = "Do the same wherever it runs, or give the reason in security/waivers.toml."
    return Finding(rule, message, severity, located(path, number), remedy, 807, "the security gate")


_RULES = (
    ("security.looks-for-grader", _GRADER, Severity.MEDIUM),
    ("security.looks-for-scanner", _SCANNER, Severity.LOW),
)
