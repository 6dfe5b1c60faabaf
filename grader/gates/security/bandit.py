"""What bandit finds in the code, by the course's configuration; what would have silenced it is listed."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from grader.domain.errors import EnvironmentError_
from grader.domain.findings import Finding, Severity
from grader.domain.words import bounded
from grader.gates.security.paths import is_test, located, weighed
from grader.gates.subject import Subject
from grader.tools.scanners import scan, scanner_version

# All files and all comments count; a `.bandit` in the project would be read unless another is named.
_OPTIONS = (
    *("-r", "/submission", "-x", "/nowhere", "--ignore-nosec", "--ini", "/tools/bandit.ini"),
    *("-c", "/tools/bandit.yaml", "-ll", "-n", "0", "-f", "json", "-q"),
)
_FOUND, _CLEAN = 1, 0
_ROOT = "/submission/"
_RULE = re.compile(r"B\d{3}")
_NOSEC = re.compile(r"#\s*nosec\b", re.IGNORECASE)
_MOST_SILENCED = 50
_SEVERITIES = {"HIGH": Severity.HIGH, "MEDIUM": Severity.MEDIUM}
_REMEDIES = {
    "B102": "Do without `exec`: call the function, or look it up in a dictionary.",
    "B104": "Bind to 127.0.0.1, or let the deployment say the address.",
    "B108": "Use `tempfile`, which makes a name that nobody can foresee.",
    "B113": "Give the request a timeout: `requests.get(url, timeout=5)`.",
    "B301": "Do not unpickle what others can write: use JSON.",
    "B307": "Use `ast.literal_eval`, or parse the text.",
    "B308": "Leave `mark_safe` out, or use `format_html`, which escapes what it is given.",
    "B310": "Allow http and https only before the URL is opened.",
    "B314": "Parse XML with `defusedxml`.",
    "B324": "Use SHA-256; where nothing rests on it, say so: `hashlib.md5(data, usedforsecurity=False)`.",
    "B501": "Leave certificates verified: take `verify=False` out.",
    "B506": "Use `yaml.safe_load`.",
    "B602": "Pass a list of arguments, and leave `shell=True` out.",
    "B605": "Use `subprocess.run` with a list of arguments.",
    "B608": "Pass values as parameters: `cursor.execute(sql, [value])`.",
    "B610": "Use the ORM's expressions instead of `extra()`.",
    "B611": "Use the ORM's expressions instead of `RawSQL`, or pass its parameters.",
    "B701": "Turn autoescape on: `Environment(autoescape=True)`.",
    "B703": "Leave `mark_safe` out, or use `format_html`, which escapes what it is given.",
}


def scan_code(subject: Subject, sources: Mapping[str, str], *, tests_count: bool) -> Iterator[Finding]:
    """A finding for each of bandit's that is medium or high, then notes on what tried to silence it.

    ``sources`` are the texts of the Python files. Findings in tests are low, unless ``tests_count``.

    Raises:
        EnvironmentError_: bandit cannot be run, or its output is none.
    """
    output = scan("bandit", _OPTIONS, sandbox=subject.sandbox, folder=subject.submission, state_dir=subject.state_dir)
    if output.status not in (_FOUND, _CLEAN):
        raise EnvironmentError_(f"bandit ended with {output.status}: {output.text[:300]}", "Run `grader doctor`.")
    try:
        report = json.loads(output.text)
    except (ValueError, RecursionError):
        raise EnvironmentError_("What bandit wrote cannot be read.", "Run the same command again.") from None
    source = scanner_version("bandit")
    for entry in _entries(report, "results"):
        yield from _finding(entry, source, tests_count)
    for entry in _entries(report, "errors"):
        yield _unread(entry, source)
    yield from _silenced(sources)


def _entries(report: Any, key: str) -> list[dict[str, Any]]:
    found = report.get(key) if isinstance(report, dict) else None
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


def _finding(entry: Mapping[str, Any], source: str, tests_count: bool) -> Iterator[Finding]:
    rule, path = str(entry.get("test_id")), str(entry.get("filename")).removeprefix(_ROOT)
    severity = _SEVERITIES.get(str(entry.get("issue_severity")))
    if not _RULE.fullmatch(rule) or severity is None:
        return
    cwe = entry.get("issue_cwe")
    number = cwe.get("id") if isinstance(cwe, dict) else None
    finding = Finding(
        rule,
        bounded(str(entry.get("issue_text"))),
        severity,
        located(path, entry.get("line_number")),
        _REMEDIES.get(rule, f"Read what bandit says of {rule}, and write it another way."),
        number if isinstance(number, int) else None,
        source,
    )
    yield weighed(finding, in_tests=is_test(path) and not tests_count)


def _unread(entry: Mapping[str, Any], source: str) -> Finding:
    path = str(entry.get("filename")).removeprefix(_ROOT)
    return Finding(
        "security.unread-file",
        f"bandit cannot read this file, so nobody looked for weaknesses in it: {bounded(str(entry.get('reason')))}",
        Severity.MEDIUM,
        located(path),
        "Mend its syntax, or remove the file.",
        source=source,
    )


def _silenced(sources: Mapping[str, str]) -> Iterator[Finding]:
    """Notes: each `nosec`, and each configuration of bandit's, none of which had an effect."""
    found = 0
    for path, text in sources.items():
        for number, line in enumerate(text.splitlines(), 1):
            if found < _MOST_SILENCED and _NOSEC.search(line[:1000]):
                found += 1
                yield _note("security.nosec", "A `nosec` comment silences nothing here.", path, number)


def _note(rule: str, message: str, path: str, line: int | None = None) -> Finding:
    remedy = "Mend what it hides, or give the reason in security/waivers.toml."
    return Finding(rule, message, Severity.NOTE, located(path, line), remedy, source="the security gate")


def configurations(subject: Subject) -> Iterator[Finding]:
    """Notes: files that configure a scanner, which is not read."""
    for path in subject.files:
        if path.rpartition("/")[2] in (".bandit", "bandit.yaml", ".secrets.baseline", ".safety-policy.yml"):
            yield _note("security.configuration", "The project's own configuration of a scanner is not read.", path)
