"""Secrets in files: what detect-secrets points at, told apart from what only looks like one."""

import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.domain.errors import EnvironmentError_
from grader.domain.findings import Finding, Severity
from grader.gates.security.paths import is_test, located
from grader.sandbox.api import Sandbox
from grader.tools.scanners import scan, scanner_version

# No file and no line is left out at the submission's own word, and no service is asked whether a token is alive.
_UNHEARD = "detect_secrets.filters.allowlist.is_line_allowlisted"
_OPTIONS = ("-C", "/submission", "scan", "--all-files", "--no-verify", "--disable-filter", _UNHEARD)
_ISSUED = re.compile(
    r"(?:AWS|GitHub|GitLab|Slack|Stripe|Twilio|SendGrid|Mailchimp|NPM|PyPI|Azure|Discord|OpenAI|Telegram|Square|IBM"
    r"|Cloudant|Artifactory|SoftLayer)\b.*"
)
_KEYWORD = re.compile(r"key|secret|token|passw|pwd|credential|auth|dsn", re.IGNORECASE)
_VALUE = re.compile(r"""["']([^"'\s]{6,400})["']|[:=]\s*([^\s"',;#]{6,400})""")
_URL_LOGIN = re.compile(r"//[^/\s:@]{0,80}:([^/\s@]{1,200})@([\w.-]{1,200})")
_PLACEHOLDER = re.compile(
    r"change.?me|example|placeholder|dummy|fake|your[-_ ]|replace|insecure|not[-_ ]?(?:a[-_ ])?(?:real|secret)|sample"
    r"|todo|xxxx|\*\*\*|\.\.\.|<|>|\$[({A-Z]|\{\{|%\(|1234567|abcdefg|testing|for[-_]?tests|development|dev[-_]",
    re.IGNORECASE,
)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_DIGEST = re.compile(r"(?:sha\d+[-:=])?(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})|sha(?:256|384|512)-[\w+/=]+")
_DIGEST_LINE = re.compile(r"sha\d|hash|digest|integrity|checksum|uses:|@[0-9a-f]{40}|rev:|commit|etag", re.IGNORECASE)
_WORDS = re.compile(r"[a-z]{2,20}(?:[-_. /:][a-z]{1,20})+", re.IGNORECASE)
_CODE = re.compile(r"[A-Za-z_][\w.]*(?:\(.*|\[.*)|os\.environ.*|/[\w./-]*|https?://.*")
_DOCUMENT = re.compile(r".*(?:\.(?:md|rst|example|sample|template|dist)|example[\w.]*)")
_LOCK = re.compile(r"(?:.*/)?(?:poetry\.lock|uv\.lock|pylock\.toml|package-lock\.json|yarn\.lock|Pipfile\.lock)")
_HOMELY = re.compile(r"localhost|127\.0\.0\.1|[a-z][\w-]{0,40}|.*\.(?:local|localhost|internal|test|invalid|example)")
_RANDOM_BITS = 3.2  # a letter; English words have fewer, and random hexadecimal digits at most four
_SHORTEST_RANDOM = 12
_LINE, _LARGEST = 2_000, 4 << 20
_MOST = 5_000
_REMEDY = "Take it out, read it from the environment, and replace it where it is in use: it is known now."


@dataclass(frozen=True, slots=True)
class Suspect:
    """A line that detect-secrets points at, and what it takes it for."""

    path: str
    line: int
    kind: str
    text: str


def scan_secrets(folder: Path, *, sandbox: Sandbox, state_dir: Path) -> Iterator[Suspect]:
    """What detect-secrets points at in a folder of files, in their order.

    Raises:
        EnvironmentError_: it cannot be run, or its output is none.
    """
    output = scan("detect_secrets", _OPTIONS, sandbox=sandbox, folder=folder, state_dir=state_dir)
    try:
        report = json.loads(output.text) if output.status == 0 else None
    except (ValueError, RecursionError):
        report = None
    results = report.get("results") if isinstance(report, dict) else None
    if not isinstance(results, dict):
        raise EnvironmentError_(
            f"detect-secrets ended with {output.status}, and what it wrote cannot be read.", "Run the command again."
        )
    for path, entries in list(results.items())[:_MOST]:
        lines = _lines(folder / path) if not _LOCK.fullmatch(path) and _is_inside(folder, path) else []
        for entry in entries if isinstance(entries, list) else []:
            yield from _suspect(path, entry, lines)


def _is_inside(folder: Path, path: str) -> bool:
    return ".." not in path.split("/") and not path.startswith("/") and (folder / path).is_file()


def _lines(path: Path) -> list[str]:
    with path.open("rb") as file:
        return [line[:_LINE] for line in file.read(_LARGEST).decode("utf-8", "replace").split("\n")]


def _suspect(path: str, entry: Any, lines: list[str]) -> Iterator[Suspect]:
    number, kind = (entry.get("line_number"), entry.get("type")) if isinstance(entry, dict) else (None, None)
    if isinstance(number, int) and isinstance(kind, str) and 0 < number <= len(lines):
        yield Suspect(path, number, kind, lines[number - 1])


def judged(suspects: Iterator[Suspect] | list[Suspect], *, tests_count: bool) -> Iterator[Finding]:
    """A finding for each line that holds a secret; nothing for what only looks like one."""
    gravest: dict[tuple[str, int], tuple[Severity, Suspect]] = {}
    for suspect in suspects:
        severity = severity_of(suspect, tests_count=tests_count)
        key = (suspect.path, suspect.line)
        if severity is not None and (key not in gravest or _rank(severity) < _rank(gravest[key][0])):
            gravest[key] = (severity, suspect)
    for severity, suspect in gravest.values():
        yield Finding(
            _rule(suspect.kind),
            f"This looks like a secret: {suspect.kind}.",
            severity,
            located(suspect.path, suspect.line),
            _REMEDY,
            798,
            scanner_version("detect-secrets"),
        )


def _rank(severity: Severity) -> int:
    return list(Severity).index(severity)


def _rule(kind: str) -> str:
    return "secrets." + re.sub(r"[^a-z0-9]+", "-", kind.lower()).strip("-")[:40]


def severity_of(suspect: Suspect, *, tests_count: bool = False) -> Severity | None:
    """How grave a suspect is; ``None`` for a look-alike.

    What a provider issues is high wherever it lies, a private key outside of tests; what is random beside a word such
    as ``password`` is medium in code and low in tests, documents and examples.
    """
    mild = (is_test(suspect.path) and not tests_count) or _DOCUMENT.fullmatch(suspect.path.lower()) is not None
    if suspect.kind == "Private Key":
        return Severity.LOW if mild else Severity.HIGH
    if _ISSUED.fullmatch(suspect.kind):
        return None if _PLACEHOLDER.search(suspect.text) else Severity.HIGH
    if suspect.kind == "Basic Auth Credentials":
        real = any(_is_real_login(*found) for found in _URL_LOGIN.findall(suspect.text))
        return (Severity.LOW if mild else Severity.MEDIUM) if real else None
    if not any(map(_is_random, _values(suspect.text))) or not _is_named(suspect):
        return None
    return Severity.LOW if mild else Severity.MEDIUM


def _is_real_login(password: str, host: str) -> bool:
    return not _PLACEHOLDER.search(password) and not _HOMELY.fullmatch(host)


def _is_named(suspect: Suspect) -> bool:
    return _KEYWORD.search(suspect.text) is not None and _DIGEST_LINE.search(suspect.text) is None


def _values(text: str) -> list[str]:
    return [one or other for one, other in _VALUE.findall(text)]


def _is_random(value: str) -> bool:
    """Whether a value is more than a placeholder, a word, a name in code, a digest or an id."""
    if len(value) < _SHORTEST_RANDOM or _PLACEHOLDER.search(value):
        return False
    if any(form.fullmatch(value) for form in (_UUID, _DIGEST, _WORDS, _CODE)):
        return False
    return entropy(value) >= _RANDOM_BITS and re.search(r"\d", value) is not None


def entropy(value: str) -> float:
    """Shannon's, in bits a letter."""
    counts: Mapping[str, int] = Counter(value)
    return -sum(n / len(value) * math.log2(n / len(value)) for n in counts.values())
