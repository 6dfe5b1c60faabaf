# FILE SOLUTION 06
"""The smoke test before sites that are not well: each thing that is wrong is said."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from deploy.errors import UsageError
from deploy.smoke import EXPECTED, complaints
from tests.servers.process import free_port

Answer = tuple[int, str, bytes]
Site = Callable[[dict[str, Answer]], str]
BODIES = {"application/json": b"{}", "application/problem+json": b"{}"}
WELL = {
    one.path: (one.status, one.kind, BODIES.get(one.kind, b"words")) for one in EXPECTED
}


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """Serves answers by their path; gives the address."""
    monkeypatch.setenv("SMOKE_SECONDS", "0.5")
    servers: list[ThreadingHTTPServer] = []

    def serve(answers: dict[str, Answer]) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                """Answer."""
                status, kind, body = answers[self.path]
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        servers.append(ThreadingHTTPServer(("127.0.0.1", 0), Handler))
        threading.Thread(target=servers[-1].serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{servers[-1].server_port}"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


def test_a_site_that_is_well_has_nothing_to_complain_about(site: Site) -> None:
    assert complaints(site(WELL)) == []


@pytest.mark.parametrize(
    "path", [one.path for one in EXPECTED if one.path != "/healthz"]
)
def test_whatever_answers_otherwise_is_named(site: Site, path: str) -> None:
    wrong = WELL | {path: (500, "text/html", b"")}
    (said,) = complaints(site(wrong))
    assert said.startswith(f"{path} answered 500 text/html instead of ")


def test_a_site_that_says_yes_to_everything_is_not_well(site: Site) -> None:
    yes = dict.fromkeys(WELL, (200, "application/json", b"{}"))
    assert len(complaints(site(yes))) == 3


def test_words_that_are_called_json_are_none(site: Site) -> None:
    wrong = WELL | {"/live": (200, "application/json", b"[not json")}
    assert complaints(site(wrong)) == ["/live answered what is no JSON object"]


def test_what_does_not_come_up_is_said_in_time(site: Site) -> None:
    ill = WELL | {"/healthz": (503, "application/json", b"{}")}
    assert "answers 503" in complaints(site(ill))[0]
    assert "does not answer" in complaints(f"http://127.0.0.1:{free_port()}")[0]


@pytest.mark.parametrize("url", ["nowhere", "ftp://a.example.org", "http://a:b", ""])
def test_what_is_no_address_is_asked_for_wrongly(url: str) -> None:
    with pytest.raises(UsageError, match="is no address"):
        complaints(url)
