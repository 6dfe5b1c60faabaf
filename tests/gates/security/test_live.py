"""The service that knows newer advisories: notes, whatever it says, and never a number."""

import http.server
import json
import threading
from collections.abc import Iterator

import pytest

from grader.domain.findings import Severity
from grader.gates.security.audit import Package
from grader.gates.security.live import newer

PACKAGES = (Package("django", "4.2"), Package("other", "1.0"))
ANSWERS: dict[str, object] = {
    "/good": {"results": [{"vulns": [{"id": "TRACK-1"}, {"id": "TRACK-2"}]}, {}]},
    "/odd": {"results": [{"vulns": [{"id": "x\n::error::"}, 3]}, {"vulns": None}]},
    "/few": {"results": []},
    "/list": [],
}


@pytest.fixture(scope="module")
def asked() -> list[object]:
    """What was asked, in order."""
    return []


@pytest.fixture(scope="module")
def address(asked: list[object]) -> Iterator[str]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200 if self.path in ANSWERS else 503)
            self.end_headers()
            self.wfile.write(json.dumps(ANSWERS.get(self.path)).encode())

        def log_message(self, format: str, *args: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_what_is_newer_is_a_note_and_what_is_known_is_not_said_again(address: str, asked: list[object]) -> None:
    (found,) = newer(PACKAGES, f"{address}/good", {"TRACK-1"})
    assert (found.rule, found.severity) == ("TRACK-2", Severity.NOTE)
    assert asked[-1] == {
        "queries": [
            {"package": {"ecosystem": "PyPI", "name": "django"}, "version": "4.2"},
            {"package": {"ecosystem": "PyPI", "name": "other"}, "version": "1.0"},
        ]
    }


def test_ids_that_are_none_are_left_out(address: str) -> None:
    assert list(newer(PACKAGES, f"{address}/odd", ())) == []


@pytest.mark.parametrize("path", ["/few", "/list", "/gone"])
def test_a_service_that_says_something_else_was_not_heard(address: str, path: str) -> None:
    (found,) = newer(PACKAGES, address + path, ())
    assert (found.rule, found.severity) == ("advisories.live", Severity.NOTE)


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/", "file:///etc/passwd", "http://osv.example.org/"])
def test_a_service_out_of_reach_changes_nothing(address: str) -> None:
    (found,) = newer(PACKAGES, address, ())
    assert "not heard" in found.message
