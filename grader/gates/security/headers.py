"""What answers carry: headers that defend whoever reads them, and the flags of cookies."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from grader.domain.findings import Finding, Severity
from grader.sandbox.http import Response

SOURCE = "headers of the served application"
_COOKIE = re.compile(r"([\w.-]{1,80})=([^;]*)(.*)", re.DOTALL)
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Answer:
    """What was asked, in a word (``GET /admin/``), and what came."""

    asked: str
    response: Response

    @property
    def method(self) -> str:
        """What was asked for."""
        return self.asked.partition(" ")[0]

    @property
    def path(self) -> str:
        """Where."""
        return self.asked.split(" ")[1]

    @property
    def is_page(self) -> bool:
        """Whether a browser shows it as HTML: a redirect without a body is none."""
        return bool(self.response.body) and self.response.header("content-type").lower().startswith("text/html")


@dataclass(frozen=True, slots=True)
class _Rule:
    name: str
    severity: Severity
    message: str
    remedy: str
    cwe: int


_CSP = _Rule(
    "headers.csp",
    Severity.MEDIUM,
    "A page has no Content-Security-Policy",
    "Set SECURE_CSP with a `default-src` of 'self' or 'none', and add Django's ContentSecurityPolicyMiddleware.",
    693,
)
_INLINE = _Rule(
    "headers.csp-unsafe",
    Severity.MEDIUM,
    "The Content-Security-Policy of a page allows inline scripts or `eval`",
    "Take 'unsafe-inline' and 'unsafe-eval' out of script-src; give scripts a nonce.",
    79,
)
_FRAMES = _Rule(
    "headers.framing",
    Severity.MEDIUM,
    "A page may be framed by any site",
    "Keep Django's XFrameOptionsMiddleware, or send `frame-ancestors 'none'`.",
    1021,
)
_SNIFF = _Rule(
    "headers.nosniff",
    Severity.MEDIUM,
    "An answer has no X-Content-Type-Options: nosniff",
    "Keep Django's SecurityMiddleware and SECURE_CONTENT_TYPE_NOSNIFF.",
    693,
)
_HSTS = _Rule(
    "headers.hsts",
    Severity.LOW,
    "An answer over HTTPS has no Strict-Transport-Security",
    "Set SECURE_HSTS_SECONDS.",
    319,
)
_REFERRER = _Rule(
    "headers.referrer", Severity.LOW, "An answer has no Referrer-Policy", "Set SECURE_REFERRER_POLICY.", 200
)
_DEBUG = _Rule(
    "headers.debug-page",
    Severity.HIGH,
    "An answer is a debug page of Django's: settings and code are shown to everybody",
    "Set DEBUG = False in production.",
    489,
)


def judge_headers(answers: Iterable[Answer]) -> Iterator[Finding]:
    """A finding for each rule that some answer breaks, with the first answers that do."""
    broken: dict[_Rule, list[str]] = {}
    for answer in answers:
        for rule in _broken(answer):
            broken.setdefault(rule, []).append(f"{answer.asked} ({answer.response.status_code})")
    for rule, asked in broken.items():
        more = f", and {len(asked) - _SHOWN} more" if len(asked) > _SHOWN else ""
        message = f"{rule.message}: {', '.join(asked[:_SHOWN])}{more}."
        yield Finding(rule.name, message, rule.severity, None, rule.remedy, rule.cwe, SOURCE)


def _broken(answer: Answer) -> Iterator[_Rule]:
    response, policy = answer.response, answer.response.header("content-security-policy").lower()
    if answer.is_page:
        if not policy:
            yield _CSP
        elif _allows_inline(policy):
            yield _INLINE
        if "frame-ancestors" not in policy and not response.header("x-frame-options"):
            yield _FRAMES
        if "DEBUG = True</code>" in response.text:
            yield _DEBUG
    if response.body and response.header("x-content-type-options").strip().lower() != "nosniff":
        yield _SNIFF
    if not response.header("strict-transport-security"):
        yield _HSTS
    if not response.header("referrer-policy"):
        yield _REFERRER


def _allows_inline(policy: str) -> bool:
    """Of scripts; with a nonce or a hash, browsers do not heed 'unsafe-inline'."""
    directives = {words[0]: words[1:] for part in policy.split(";") if (words := part.split())}
    scripts = directives.get("script-src", directives.get("default-src"))
    if scripts is None:
        return True
    guarded = any(word.startswith(("'nonce-", "'sha")) for word in scripts)
    return "'unsafe-eval'" in scripts or ("'unsafe-inline'" in scripts and not guarded)


def judge_cookies(answers: Iterable[Answer]) -> Iterator[Finding]:
    """A finding for each cookie and flag that it lacks, once."""
    seen: set[tuple[str, str]] = set()
    for answer in answers:
        for line in answer.response.header("set-cookie").split("\n"):
            cookie = _COOKIE.fullmatch(line)
            if cookie and cookie[2].strip('"'):
                for finding in _lacking(cookie[1], cookie[3].lower(), answer.asked):
                    if (finding.rule, cookie[1]) not in seen:
                        seen.add((finding.rule, cookie[1]))
                        yield finding


def _lacking(name: str, flags: str, asked: str) -> Iterator[Finding]:
    given = {part.strip().partition("=")[0] for part in flags.split(";")}
    if "secure" not in given:
        remedy = "Set SESSION_COOKIE_SECURE and CSRF_COOKIE_SECURE, or `secure=True`."
        message = f"The cookie {name} is sent over plain HTTP, too: {asked}."
        yield Finding("cookies.secure", message, Severity.MEDIUM, None, remedy, 614, SOURCE)
    if "httponly" not in given and "sess" in name.lower():
        remedy = "Set SESSION_COOKIE_HTTPONLY, or `httponly=True`."
        message = f"Scripts can read the session's cookie {name}: {asked}."
        yield Finding("cookies.httponly", message, Severity.MEDIUM, None, remedy, 1004, SOURCE)
    if "samesite" not in given:
        message = f"The cookie {name} has no SameSite: {asked}."
        yield Finding("cookies.samesite", message, Severity.LOW, None, "Set it to Lax or Strict.", 1275, SOURCE)
