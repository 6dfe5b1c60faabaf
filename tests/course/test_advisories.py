"""Fetching advisories: from a server of the test's own, into a course of the test's own."""

import http.server
import io
import json
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.course.advisories import fetch, name_in_course
from grader.domain.errors import CourseError, EnvironmentError_
from grader.gates.security.audit import Package, read_records, vulnerabilities

RECORD = {
    "id": "TRACK-1",
    "details": "x" * 10_000,
    "affected": [{"package": {"ecosystem": "PyPI", "name": "a"}, "versions": ["1"], "database_specific": {}}],
}


def _archive(files: dict[str, object]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, value in files.items():
            archive.writestr(name, value if isinstance(value, str) else json.dumps(value))
    return data.getvalue()


ANSWERS = {
    "/all.zip": _archive({"1.json": RECORD, "2.json": {**RECORD, "withdrawn": "2026-01-01T00:00:00Z"}, "x.txt": "x"}),
    "/empty.zip": _archive({}),
    "/broken.zip": _archive({"1.json": "{"}),
    "/page": b"<html>",
}


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path in ANSWERS else 404)
            self.end_headers()
            self.wfile.write(ANSWERS.get(self.path, b""))

        def log_message(self, format: str, *args: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_what_is_published_is_kept_as_far_as_an_audit_needs_it(address: str, tmp_path: Path) -> None:
    advisories, count = fetch(f"{address}/all.zip", tmp_path)
    assert (count, advisories.made_up) == (1, False)
    (record,) = read_records(advisories)
    assert "details" not in record
    assert list(vulnerabilities([Package("a", "1")], [record]))


def test_the_course_names_it(address: str, tmp_path: Path) -> None:
    course = tmp_path / "course.toml"
    course.write_text('name = "X"\n\n# Why.\n[advisories]\nfile = "old"\nmade_up = true\n\n[files]\n"a" = 1\n')
    advisories, _ = fetch(f"{address}/all.zip", tmp_path)
    name_in_course(tmp_path, advisories)
    assert course.read_text() == (
        f'name = "X"\n\n# Why.\n[advisories]\nfile = "rubric/advisories.jsonl.gz"\ndate = "{advisories.date}"\n'
        f'sha256 = "{advisories.sha256}"\n\n[files]\n"a" = 1\n'
    )


def test_a_course_that_names_none_is_told_what_to_add(address: str, tmp_path: Path) -> None:
    (tmp_path / "course.toml").write_text('name = "X"\n')
    advisories, _ = fetch(f"{address}/all.zip", tmp_path)
    with pytest.raises(CourseError, match=r"no table \[advisories\]"):
        name_in_course(tmp_path, advisories)


@pytest.mark.parametrize("path", ["/none", "/empty.zip", "/broken.zip", "/page"])
def test_what_is_no_archive_of_advisories_changes_nothing(address: str, tmp_path: Path, path: str) -> None:
    with pytest.raises(EnvironmentError_):
        fetch(address + path, tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("address", ["file:///etc/passwd", "ftp://x/y", "http://example.org/all.zip"])
def test_other_addresses_are_not_fetched_from(tmp_path: Path, address: str) -> None:
    with pytest.raises(EnvironmentError_, match="no address"):
        fetch(address, tmp_path)


def test_the_address_of_a_service_stays_when_a_newer_snapshot_is_named(address: str, tmp_path: Path) -> None:
    course = tmp_path / "course.toml"
    course.write_text(f'[advisories]\nfile = "old"\nlive = "{address}"\n\n[files]\n')
    name_in_course(tmp_path, fetch(f"{address}/all.zip", tmp_path)[0])
    assert f'live = "{address}"\n\n[files]' in course.read_text()
