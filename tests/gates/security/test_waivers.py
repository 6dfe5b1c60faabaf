"""Waivers: a medium with its reason, never a high, and never more than what they name."""

from pathlib import Path

import pytest

from grader.course import load_course, project_to
from grader.domain.course import State
from grader.domain.findings import Finding, Severity
from grader.domain.location import Location
from grader.gates.security.waivers import Waiver, read_waivers, resolve
from tests.gates.conftest import write
from tests.gates.security.conftest import Scan

ROOT = Path(__file__).parents[3]
REASON = "The table's name is a constant of this module, and no input reaches it."
ENTRY = f'[[waiver]]\nrule = "B608"\nfile = "src/sql.py"\nline = 2\nreason = "{REASON}"\n'
MEDIUM = Finding("B608", "SQL", Severity.MEDIUM, Location("src/sql.py", 2))
BAD: dict[str, tuple[str, str]] = {
    "no reason": (ENTRY.replace(REASON, ""), "its reason has"),
    "a reason of one letter": (ENTRY.replace(REASON, "x" * 40), "its reason has"),
    "a line that is true": (ENTRY.replace("line = 2", "line = true"), "its line is a number"),
    "a rule for all": (ENTRY.replace("B608", "*"), "its rule is the name"),
    "another key": (ENTRY + "severity = 'high'\n", "no other keys"),
    "a request that is none": (ENTRY + 'request = "*"\n', "its request is what"),
    "no TOML": ("[[waiver", "cannot be read"),
    "no list": ("waiver = 3\n", "has to hold a list"),
    "too much": ("#" * 300_000, "larger than 256 KB"),
}


def _waiver(**changes: object) -> Waiver:
    return Waiver(**{"rule": "B608", "file": "src/sql.py", "line": 2, "reason": REASON, **changes})  # type: ignore[arg-type]


def test_control_an_entry_is_read_and_resolves_its_finding(tmp_path: Path) -> None:
    write(tmp_path, {"security/waivers.toml": ENTRY})
    waivers, wrong = read_waivers(tmp_path)
    assert (waivers, wrong) == ((_waiver(),), ())
    (resolved,), idle = resolve([MEDIUM], waivers)
    assert (resolved.resolved, idle) == (REASON, ())


@pytest.mark.parametrize("name", BAD)
def test_an_entry_that_is_none_waives_nothing_and_is_told(tmp_path: Path, name: str) -> None:
    text, told = BAD[name]
    write(tmp_path, {"security/waivers.toml": text})
    waivers, (wrong,) = read_waivers(tmp_path)
    assert waivers == ()
    assert told in wrong.message


@pytest.mark.parametrize("changes", [{"rule": "B602"}, {"file": "src/other.py"}, {"line": 3}, {"file": "", "line": 0}])
def test_another_finding_is_not_resolved_and_the_waiver_is_said_to_be_idle(changes: dict[str, object]) -> None:
    (finding,), (idle,) = resolve([MEDIUM], [_waiver(**changes)])
    assert finding.resolved == ""
    assert "the waiver is for nothing" in idle.message


def test_a_waiver_without_a_place_is_for_one_request_only() -> None:
    probed = [Finding("probes.idor", f"PATCH {path} changes an object.", Severity.MEDIUM) for path in ("/a/", "/b/")]
    one = _waiver(rule="probes.idor", file="", line=0, request="PATCH /a/")
    resolved, idle = resolve(probed, [one])
    assert [bool(f.resolved) for f in resolved] == [True, False]
    assert not idle
    for_all = _waiver(rule="probes.idor", file="", line=0)
    resolved, (idle_one,) = resolve(probed, [for_all])
    assert not any(f.resolved for f in resolved)
    assert "the waiver is for nothing" in idle_one.message


def test_a_finding_that_names_no_request_needs_none() -> None:
    header = Finding("headers.csp", "A page has no Content-Security-Policy: GET / (200).", Severity.MEDIUM)
    (resolved,), idle = resolve([header], [_waiver(rule="headers.csp", file="", line=0)])
    assert (resolved.resolved, idle) == (REASON, ())


def test_a_high_finding_is_never_resolved() -> None:
    high = Finding("B608", "SQL", Severity.HIGH, Location("src/sql.py", 2))
    (finding,), (idle,) = resolve([high], [_waiver()])
    assert finding.resolved == ""
    assert "cannot be waived" in idle.message


def test_a_waived_finding_no_longer_counts_and_stands_in_the_list_for_the_reviewer(scan_files: Scan) -> None:
    sql = "def f(c, n):\n    c.execute('SELECT ' + n + ' FROM t WHERE n = 1')\n"
    before, after = scan_files({"src/sql.py": sql}), scan_files({"src/sql.py": sql, "security/waivers.toml": ENTRY})
    assert [m.value for m in (*before, *after)] == [0, 1, 0, 0]
    assert after[1].findings[0].resolved == REASON
    (artefact,) = after[1].artefacts
    assert (artefact.criterion, REASON in artefact.body) == ("security.medium", True)


@pytest.mark.slow
def test_the_waivers_of_the_reference_fit_what_is_found_in_it(scan_files: Scan, tmp_path: Path) -> None:
    root = project_to(load_course(ROOT), State(5, True), tmp_path / "solution")
    files = {p.relative_to(root).as_posix(): p.read_text("utf-8") for p in root.rglob("*") if p.is_file()}
    high, medium = scan_files(files)
    assert (high.value, medium.value) == (0, 0)
    assert len([f for f in medium.findings if f.resolved]) == 3
    assert not [f.message for f in medium.findings if f.rule == "security.waiver"]
