"""What a project's own load tests claim: read from each format, named as a claim, and of no weight.

The files of locust were written by locust 2.47; those of k6 have the form that its documentation gives them.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from grader.domain.evidence import Measurement
from grader.domain.findings import Severity
from grader.domain.status import Status
from grader.gates.performance.claims import PLACE, claims
from grader.gates.performance.summaries import NoSummary, Summary, read_summary
from grader.gates.subject import Subject
from grader.reader.client import Reader
from tests.gates.conftest import MeasureFiles, spec_of, write

DATA = Path(__file__).with_name("data")
TREND = {"avg": 245.67, "min": 123.45, "med": 234.56, "max": 456.78, "p(90)": 387.65, "p(95)": 421.32}
HANDLED = {
    "root_group": {"name": "", "path": "", "groups": [], "checks": []},
    "state": {"testRunDurationMs": 60_000.5},
    "metrics": {
        "http_reqs": {"type": "counter", "contains": "default", "values": {"count": 1500, "rate": 24.79}},
        "http_req_duration": {"type": "trend", "contains": "time", "values": TREND},
        "http_req_failed": {"type": "rate", "contains": "default", "values": {"rate": 0.02, "passes": 30}},
    },
}
EXPORTED = {
    "root_group": HANDLED["root_group"],
    "metrics": {
        "http_reqs": {"count": 1500, "rate": 24.79},
        "http_req_duration": {**TREND, "thresholds": {"p(95)<500": False}},
        "http_req_failed": {"passes": 30, "fails": 1470, "value": 0.02},
    },
}
LISTED = {
    "version": "1.0.0",
    "config": {"execution": "local", "script": "load.js", "duration": 60.0},
    "results": {
        "passed": True,
        "metrics": [
            {"name": "http_reqs", "type": "counter", "values": {"count": 1500, "rate": 24.79}},
            {"name": "http_req_duration", "type": "trend", "values": TREND},
            {"name": "http_req_failed", "type": "rate", "values": {"rate": 0.02}},
        ],
    },
}
OF_K6 = Summary("k6", 1500, 30, 24.79, 245.67, 421.32, 456.78)
SUMMARY = "reports/k6-summary.json"
NAMED = f'[evidence]\nload = ["{SUMMARY}"]\n'


def _read(path: str, data: bytes) -> Summary:
    with Reader("json") as reader:
        return read_summary(path, data, reader)


@pytest.mark.parametrize("document", [HANDLED, EXPORTED, LISTED], ids=["handled", "exported", "listed"])
def test_each_format_of_k6_says_the_same(document: Mapping[str, object]) -> None:
    assert _read("s.json", json.dumps(document).encode()) == OF_K6


def test_statistics_of_locust_are_read_from_its_total() -> None:
    found = _read("run_stats.csv", (DATA / "locust_stats.csv").read_bytes())
    assert (found.tool, found.requests, found.failed, found.p95_ms) == ("locust", 162, 75, 9.0)
    assert found.per_second == pytest.approx(54.7, abs=0.1)


def test_the_total_that_locust_leaves_out_of_its_json_is_made_from_the_entries() -> None:
    found = _read("locust.json", (DATA / "locust.json").read_bytes())
    assert (found.tool, found.requests, found.failed, found.p95_ms) == ("locust", 195, 93, 10.0)
    assert found.mean_ms == pytest.approx(4.3, abs=0.3)
    assert found.longest_ms == pytest.approx(29.4, abs=0.1)
    assert found.per_second == pytest.approx(54.7, abs=3)


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("s.json", b""),
        ("s.json", b"[]"),
        ("s.json", b"7"),
        ("s.json", b"{}"),
        ("s.json", b'{"metrics": []}'),
        ("s.json", b'{"metrics": {"http_reqs": 3}}'),
        ("s.json", b'{"metrics": {"http_reqs": {"count": true}}}'),
        ("s.json", b'{"metrics": {"http_reqs": {"count": -1}}}'),
        ("s.json", b'{"metrics": {"http_reqs": {"count": 1e999}}}'),
        ("s.json", b'{"metrics": {"http_reqs": {"count": NaN}}}'),
        ("s.json", b'[{"name": "a"}]'),
        ("s.json", b'[{"num_requests": 3}, {"num_requests": "many"}]'),
        ("s.json", b"[" * 100_000),
        ("a_stats.csv", b""),
        ("a_stats.csv", b"Type,Name,Request Count,Failure Count\n,Aggregated,many,0\n"),
        ("a_stats.csv", b"Type,Name,Request Count,Failure Count\nGET,/,3,0\n"),
        ("a_stats.csv", b"Name,Request Count\nAggregated,3\n"),
        ("a_stats.csv", b"\xff\xfe"),
        ("a_stats.csv", b'Type,Name,Request Count,Failure Count\n"'),
    ],
)
def test_what_is_no_summary_is_none(path: str, data: bytes) -> None:
    with pytest.raises(NoSummary):
        _read(path, data)


@pytest.mark.parametrize("value", [True, -1, "NaN", "1e400", None, [1], {"a": 1}, 1e300])
def test_a_figure_that_is_none_is_left_out(value: object) -> None:
    taken = {**EXPORTED["metrics"], "http_req_duration": {**TREND, "p(95)": value}}  # type: ignore[dict-item]
    assert _read("s.json", json.dumps({"metrics": taken}).encode()) == replace(OF_K6, p95_ms=None)


Claimed = Callable[..., Measurement]


@pytest.fixture
def beside(tmp_path: Path) -> Claimed:
    """``beside({path: text})``: a measurement of 95 percentiles with what files of these texts claim."""

    def claimed(files: Mapping[str, str]) -> Measurement:
        write(tmp_path / "project", files)
        with Subject(spec_of(tmp_path / "project", tmp_path)) as subject:
            bare = Measurement(PLACE, 41.0, "ms", Status.PASSED, "duet")
            return claims(subject).beside(bare)

    return claimed


@pytest.mark.parametrize(
    "path",
    [
        *("reports/k6-summary.json", "summary.json", "load/summary-export.json", "k6_results.json"),
        *("perf/locust.json", "reports/load_stats.csv"),
    ],
)
def test_a_summary_of_a_well_known_name_is_found(beside: Claimed, path: str) -> None:
    name = "locust_stats.csv" if path.endswith(".csv") else "locust.json"
    found = beside({path: (DATA / name).read_text()})
    assert [str(f.where) for f in found.findings] == [path]


@pytest.mark.parametrize("path", ["package.json", "node_modules/x/summary.json", "src/statistics.csv", "openapi.json"])
def test_control_other_files_are_not_looked_at(beside: Claimed, path: str) -> None:
    assert beside({path: json.dumps(HANDLED)}).findings == ()


def test_a_claim_is_named_as_one_and_changes_no_number(beside: Claimed) -> None:
    found = beside({SUMMARY: json.dumps(HANDLED)})
    (claim,) = found.findings
    assert (found.value, claim.severity, claim.rule) == (41.0, Severity.NOTE, "performance.claim")
    assert claim.message == (
        "The project's k6 claims 1,500 requests, 30 of them failed, a mean of 246 ms, 95 in 100 within 421 ms, "
        "the longest 457 ms. Where and on what, nobody here saw."
    )
    (table,) = found.artefacts
    assert json.loads(table.body)["rows"] == [[SUMMARY, "k6", "1,500", "30", "24.8", "246", "421", "457"]]


def test_another_metric_stays_as_it_is(tmp_path: Path) -> None:
    write(tmp_path / "project", {SUMMARY: json.dumps(HANDLED)})
    other = Measurement("performance.spike", 0.0, "faults", Status.PASSED, "clients")
    with Subject(spec_of(tmp_path / "project", tmp_path)) as subject:
        assert claims(subject).beside(other) is other


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"track.toml": NAMED}, "no such file"),
        ({"track.toml": NAMED, SUMMARY: "{}"}, "no number of http_reqs"),
        ({"track.toml": NAMED, SUMMARY: " " * (1 << 20) + "{}"}, "larger than a megabyte"),
        ({"track.toml": '[evidence]\nload = "a"\n'}, "has to be a list"),
        ({"track.toml": "[evidence]\nload = [1]\n"}, "has to be a list"),
        ({"track.toml": '[evidence]\nload = ["../../etc/passwd", "/etc/passwd"]\n'}, "no such file"),
    ],
)
def test_what_is_named_and_is_none_is_said(beside: Claimed, files: Mapping[str, str], said: str) -> None:
    found = beside(files)
    assert found.findings
    assert all(said in finding.message for finding in found.findings), found.findings
    assert found.artefacts == ()


def test_what_is_named_comes_instead_of_what_is_found(beside: Claimed) -> None:
    files = {"track.toml": NAMED, SUMMARY: json.dumps(HANDLED), "summary.json": json.dumps(LISTED)}
    assert [str(f.where) for f in beside(files).findings] == [SUMMARY]


def test_a_claim_is_shown_where_nothing_could_be_measured(measure_files: MeasureFiles) -> None:
    files = {"manage.py": "", "track.toml": NAMED, SUMMARY: json.dumps(HANDLED)}
    (found,) = measure_files(files, PLACE)
    assert found.value is None
    assert [f.rule for f in found.findings] == ["performance.claim"]
