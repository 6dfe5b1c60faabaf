"""The gate: gathers what each source finds, lets waivers resolve, and counts."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from grader.domain.errors import EnvironmentError_
from grader.domain.evidence import MOST_FINDINGS, Measurement
from grader.domain.findings import Finding, Severity
from grader.domain.status import Status
from grader.gates.security import audit, bandit, history, live, secrets, sniffing, waivers
from grader.gates.security.dast import wapiti_version
from grader.gates.security.paths import reaches_tests, texts
from grader.gates.security.served import NotServed, served_findings
from grader.gates.subject import Subject
from grader.tools.scanners import scanner_version

HIGH, MEDIUM, VULNERABLE = "security.high", "security.medium", "security.vulnerable"
UNITS = {HIGH: "findings", MEDIUM: "findings", VULNERABLE: "packages"}
_ORDER = list(Severity)


@dataclass(frozen=True, slots=True)
class Gathered:
    """All findings, resolved or not, the gravest first."""

    findings: tuple[Finding, ...]


class SecurityGate:
    """Keeps ``Gate``."""

    def measure(self, subject: Subject, metrics: frozenset[str]) -> Iterable[Measurement]:
        """How many findings are high, and how many medium without a reason; each with all that was found."""
        if metrics & {HIGH, MEDIUM}:
            code = texts(subject.submission, subject.files, ".py")
            found, unserved = [*static_findings(subject, code)], ""
            try:
                found += served_findings(subject, code)
            except NotServed as reason:
                unserved = str(reason)
            yield from weigh(subject, found, unserved)
        if VULNERABLE in metrics:
            yield audited(subject)


def audited(subject: Subject) -> Measurement:
    """How many packages are known to be vulnerable. Without advisories that can be read nothing is, and it says so."""
    packages, advisories = audit.installed(subject.deps), subject.spec.advisories
    if not packages:
        reason = "The project has no packages installed."
        return Measurement(VULNERABLE, None, UNITS[VULNERABLE], Status.NOT_APPLICABLE, "", reason)
    try:
        if advisories is None:
            raise EnvironmentError_("The course names no advisories.", audit.PULL)
        found = tuple(audit.vulnerabilities(packages, audit.read_records(advisories)))
    except EnvironmentError_ as error:
        fault = f"{error.message} {error.hint}"
        reason = "Its packages were not audited."
        return Measurement(VULNERABLE, None, UNITS[VULNERABLE], Status.ERRORED, "", reason, fault=fault)
    source = f"advisories as of {advisories.date}" + (", made up for proofs" if advisories.made_up else "")
    ordered = sorted((replace(finding, source=source) for finding in found), key=_turn)
    if advisories.live:
        ordered += live.newer(packages, advisories.live, {f.rule for f in ordered})
    named = {f.message.split(":")[0] for f in ordered if f.severity is Severity.HIGH}
    findings = tuple(ordered[:MOST_FINDINGS])
    return Measurement(VULNERABLE, len(named), UNITS[VULNERABLE], Status.PASSED, source, findings=findings)


def weigh(subject: Subject, found: Iterable[Finding], unserved: str = "") -> tuple[Measurement, Measurement]:
    """What is high and what is medium of these findings, after the submission's waivers.

    Where the project was not served, ``unserved`` says why, and neither has a number: not all was looked at.
    """
    gathered = _gathered(subject, found)
    high = [f for f in gathered.findings if f.severity is Severity.HIGH]
    rest = [f for f in gathered.findings if f.severity is not Severity.HIGH]
    counted = _counted(HIGH, high), _counted(MEDIUM, rest)
    if not unserved:
        return counted
    first, second = (replace(m, value=None, status=Status.FAILED, reason=unserved) for m in counted)
    return first, second


def _gathered(subject: Subject, found: Iterable[Finding]) -> Gathered:
    """After the waivers, the gravest first."""
    given, wrong = waivers.read_waivers(subject.submission)
    resolved, idle = waivers.resolve(found, given)
    ordered = sorted((*resolved, *wrong, *idle), key=_turn)
    return Gathered(tuple(ordered))


def static_findings(subject: Subject, code: Mapping[str, str]) -> Iterator[Finding]:
    """What can be seen without running the project; ``code`` are its Python files."""
    through = reaches_tests(code)
    if through:
        yield Finding(
            "security.tests-in-use",
            f"{through} uses a module of the tests, so the tests count like the rest of the application.",
            Severity.NOTE,
            source="the security gate",
        )
    yield from bandit.scan_code(subject, code, tests_count=bool(through))
    yield from bandit.configurations(subject)
    yield from sniffing.reads_of_the_grader(code)
    suspects = secrets.scan_secrets(subject.submission, sandbox=subject.sandbox, state_dir=subject.state_dir)
    yield from secrets.judged(suspects, tests_count=bool(through))
    yield from history.scan_history(subject, tests_count=bool(through))


def _turn(finding: Finding) -> tuple[bool, int, str, int, str]:
    """The gravest first, those that count before those that were waived, then by place."""
    path, line = (finding.where.path, finding.where.line or 0) if finding.where else ("", 0)
    return finding.resolved != "", _ORDER.index(finding.severity), path, line, finding.rule


def _source() -> str:
    """What looks, whether it finds anything or not."""
    tools = (scanner_version("bandit"), scanner_version("detect-secrets"), wapiti_version())
    return f"{', '.join(tools)}, check --deploy, headers, probes"


def _counted(metric: str, findings: list[Finding]) -> Measurement:
    wanted = Severity.HIGH if metric == HIGH else Severity.MEDIUM
    counted = [f for f in findings if f.severity is wanted and not f.resolved]
    where = tuple(dict.fromkeys(f.where for f in counted if f.where))[:20]
    measured = Measurement(metric, len(counted), UNITS[metric], Status.PASSED, _source(), where=where)
    shown = waivers.shown(findings, metric) if metric == MEDIUM else ()
    return replace(measured, findings=tuple(findings[:MOST_FINDINGS]), artefacts=shown)
