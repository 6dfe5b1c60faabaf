"""OWASP ZAP beside what is counted: its report of the documented form, and a program that speaks its command line.

ZAP itself is on no machine that these tests run on.
"""

import json
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from grader.domain.findings import Finding, Severity
from grader.domain.layout import Layout
from grader.environment import prepare
from grader.gates import subjects
from grader.gates.security.zap import NoReport, parse_zap, zap_notes, zap_program
from grader.sandbox import runtime
from grader.stage.serving import serve
from grader.stage.users import HTTPS
from tests.gates.conftest import spec_of, write
from tests.gates.security.conftest import REFERENCE
from tests.gates.security.labelled.small import BAD, GOOD, LAYOUT

ALERT: dict[str, Any] = {
    "pluginid": "10038",
    "alertRef": "10038-1",
    "alert": "Content Security Policy (CSP) Header Not Set",
    "name": "Content Security Policy (CSP) Header Not Set",
    "riskcode": "2",
    "confidence": "3",
    "riskdesc": "Medium (High)",
    "desc": "<p>Content Security Policy (CSP) is an added layer of security.</p>",
    "instances": [
        {"uri": "http://127.0.0.1:40123/", "method": "GET", "param": "", "attack": "", "evidence": ""},
        {"uri": "http://127.0.0.1:40123/search/?term=x", "method": "GET", "param": "", "attack": "", "evidence": ""},
    ],
    "count": "2",
    "solution": "<p>Ensure that your web server is configured to set the header.</p>",
    "reference": "<p>https://www.w3.org/TR/CSP/</p>",
    "cweid": "693",
    "wascid": "15",
    "sourceid": "1",
}
# Does with a plan what ZAP does, as far as it is asked: visits, and reports what has no policy for its content.
STANDS_IN = """#!{python} -ISB
import json, sys, urllib.error, urllib.request
words = sys.argv[1:]
assert words[:3] == ["-cmd", "-silent", "-dir"] and words[4] == "-autorun", words
plan = json.load(open(words[5]))
jobs = {{job["type"]: job for job in plan["jobs"]}}
assert list(jobs) == ["requestor", "spider", "passiveScan-wait", "report"]
assert jobs["spider"]["parameters"]["maxDuration"] and jobs["passiveScan-wait"]["parameters"]["maxDuration"]
bare = []
for request in jobs["requestor"]["requests"]:
    try:
        answer = urllib.request.urlopen(request["url"], timeout=20)
    except urllib.error.HTTPError as error:
        answer = error
    if not answer.headers.get("Content-Security-Policy"):
        bare.append({{"uri": request["url"], "method": request["method"]}})
{then}
alert = {{"pluginid": "10038", "name": "CSP", "riskcode": "2", "instances": bare}}
made = jobs["report"]["parameters"]
assert made["template"] == "traditional-json"
report = {{"@version": "2.17.0", "site": [{{"@name": "here", "alerts": [alert] if bare else []}}]}}
json.dump(report, open(made["reportDir"] + "/" + made["reportFile"], "w"))
"""


def _parsed(*alerts: object, **more: object) -> tuple[Finding, ...]:
    report = {"@version": "2.17.0", "site": [{"@name": "x", "alerts": list(alerts)}], **more}
    return tuple(parse_zap("noise\n" + json.dumps({"status": 0, "said": "", "report": report}) + "\n"))


def test_an_alert_is_a_note_that_says_where_and_what_to_do() -> None:
    (found,) = _parsed(ALERT)
    assert found.message == (
        "ZAP takes this for medium: Content Security Policy (CSP) Header Not Set. GET /, GET /search/?term=x"
    )
    assert (found.rule, found.severity, found.cwe, found.source) == (
        "zap.10038-1",
        Severity.NOTE,
        693,
        "OWASP ZAP 2.17.0",
    )
    assert found.remedy == "Ensure that your web server is configured to set the header."


@pytest.mark.parametrize("risk", ["3", "2", "1", "0"])
def test_nothing_that_zap_says_weighs_anything(risk: str) -> None:
    assert [found.severity for found in _parsed({**ALERT, "riskcode": risk})] == [Severity.NOTE]


@pytest.mark.parametrize(
    "odd",
    [
        *(3, {}, {**ALERT, "riskcode": "9"}, {**ALERT, "riskcode": None}, {**ALERT, "alertRef": "1\n::error::x"}),
        {**ALERT, "name": "", "alert": ""},
        {**ALERT, "name": ["a"]},
    ],
)
def test_alerts_that_are_none_are_left_out(odd: object) -> None:
    assert _parsed(odd) == ()


def test_what_came_from_the_application_acts_nowhere() -> None:
    place = {"uri": "http://h/a\n::error::b", "method": "GET"}
    (found,) = _parsed({**ALERT, "name": "a\n::error::<script>b\x1b[31m", "instances": [place], "cweid": "-1"})
    assert "\n" not in found.message
    assert "\x1b" not in found.message
    assert "<script>" not in found.message
    assert found.cwe is None


def test_so_many_alerts_as_a_person_reads() -> None:
    assert len(_parsed(*[{**ALERT, "alertRef": str(number)} for number in range(5_000)])) == 100


@pytest.mark.parametrize(
    "text", ["", "Killed", "[]", "{}", '{"report": null}', '{"report": {"site": 3}}', "[" * 10_000]
)
def test_without_a_report_nothing_was_looked_at(text: str) -> None:
    with pytest.raises(NoReport):
        list(parse_zap(text))


def test_control_a_machine_without_zap_has_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert zap_program() is None


@pytest.mark.parametrize("name", ["zap.sh", "zap-baseline.py"])
def test_the_program_is_found_by_either_of_its_names(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    _install(tmp_path, "")
    (tmp_path / "bin").mkdir()
    (tmp_path / "zap-baseline.py").write_text("")
    (tmp_path / "zap-baseline.py").chmod(0o755)
    (tmp_path / "bin" / name).symlink_to(tmp_path / name)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert zap_program() == tmp_path / "zap.sh"


def _install(folder: Path, then: str) -> None:
    write(folder, {"zap.sh": STANDS_IN.format(python=runtime.current().python, then=then)})
    (folder / "zap.sh").chmod(0o755)


@pytest.fixture
def notes(tmp_path: Path, usual_state_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """``notes(files, then)``: what is said of these, served, by a program in the place of ZAP that also does that."""
    deps = prepare(REFERENCE, course_lock=REFERENCE, cache=usual_state_dir / "environments", progress=str).site
    tmp_path.chmod(0o755)
    layout = Layout().overridden(LAYOUT)
    spec = spec_of(tmp_path / "project", usual_state_dir, deps=deps, layout=layout)

    def said(files: Mapping[str, str], then: str = "") -> list[Finding]:
        write(tmp_path / "project", files)
        _install(tmp_path / "zap", then)
        monkeypatch.setenv("PATH", str(tmp_path / "zap"))
        with subjects(spec, seed=1)("security") as subject, ExitStack() as stack:
            server = serve(subject.stage, stack)
            server.ready_within(60, "/", HTTPS)
            return list(zap_notes(subject, server, ("/", "/nowhere/"), {}))

    return said


@pytest.mark.slow
def test_the_application_is_visited_through_the_relay_and_the_report_read(notes: Any) -> None:
    assert [finding.message for finding in notes(BAD)] == [
        "ZAP takes this for medium: CSP. GET /, GET /nowhere/",
        "OWASP ZAP's baseline sent 2 requests, and attacked nothing.",
    ]


@pytest.mark.slow
def test_control_where_nothing_is_amiss_the_visit_alone_is_told(notes: Any) -> None:
    assert [finding.rule for finding in notes(GOOD)] == ["zap.scan"]


@pytest.mark.slow
@pytest.mark.parametrize("then", ["sys.exit(1)", "made = 1 / 0"])
def test_a_zap_that_does_not_end_well_is_a_note(notes: Any, then: str) -> None:
    (found,) = notes(GOOD, then)
    assert (found.rule, found.severity) == ("zap.scan", Severity.NOTE)
    assert "looked at nothing: it did not get to its end." in found.message
