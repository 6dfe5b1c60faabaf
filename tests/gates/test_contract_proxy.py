"""What stands between the tool and the application: what it passes on, what it leaves out, what it gives up."""

import http.client
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest

from grader.gates.contract import proxy
from grader.gates.contract.proxy import Patience, Proxy
from grader.sandbox.api import Load
from grader.sandbox.http import Response


class Application:
    """Notes what it is asked, and answers what the test says, as late as it says; ``loads`` is what it used by then."""

    def __init__(self) -> None:
        self.process, self.late_s, self.loads = self, 0.0, [Load(0.0, {})]
        self.asked: list[tuple[str, str, dict[str, str], bytes]] = []
        self.answer: Response | Exception = Response(201, (("Content-Type", "text/plain"), ("X-A", "1")), b"made")

    def request(self, method: str, path: str, headers: Any, body: bytes, timeout_s: float) -> Response:
        self.asked.append((method, path, dict(headers), body))
        time.sleep(self.late_s)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def load(self) -> Load:
        return self.loads.pop(0) if len(self.loads) > 1 else self.loads[0]


@pytest.fixture
def application() -> Application:
    return Application()


@pytest.fixture
def patience() -> Patience:
    return Patience(longest_s=600)


@pytest.fixture
def listening(application: Application, patience: Patience) -> Iterator[tuple[Proxy, int]]:
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    with Proxy(listener, patience) as there:
        there.direct(application, {"Authorization": "Bearer role"})  # type: ignore[arg-type]
        yield there, port


def ask(port: int, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, body, sent)
    response = connection.getresponse()
    return response.status, response.read()


def test_the_application_cannot_tell_the_tool_and_hears_who_asks(
    listening: tuple[Proxy, int], application: Application
) -> None:
    marks = {"User_Agent": "schemathesis/4", "X_Schemathesis_TestCaseId": "abc", "Cookie": "sessionid=made-up"}
    assert ask(listening[1], "PURGE", "/a?b=%20", b"{}", X_Kept="1", Authorization="Bearer own", **marks) == (
        201,
        b"made",
    )
    ((method, path, headers, body),) = application.asked
    assert (method, path, body) == ("PURGE", "/a?b=%20", b"{}")
    assert headers["Authorization"] == "Bearer role"
    assert headers["X-Kept"] == "1"
    assert "schemathesis" not in str(headers).lower()
    assert "made-up" not in str(headers)
    assert listening[0].noted == [("PURGE", "/a?b=%20", 201)]


@pytest.mark.parametrize("status", [204, 304])
def test_answers_without_a_body_are_whole(listening: tuple[Proxy, int], application: Application, status: int) -> None:
    application.answer = Response(status, (("ETag", '"a"'),), b"")
    assert ask(listening[1], "GET", "/") == (status, b"")
    application.answer = Response(200, (), b"body")
    assert ask(listening[1], "HEAD", "/") == (200, b"")


def test_what_is_too_large_does_not_reach_the_application(
    listening: tuple[Proxy, int], application: Application
) -> None:
    assert ask(listening[1], "POST", "/", Content_Length=str(1 << 30))[0] == 413
    assert ask(listening[1], "POST", "/", Content_Length="-1")[0] in (400, 413)
    assert ask(listening[1], "POST", "/", Transfer_Encoding="chunked")[0] == 413
    assert application.asked == []


def test_an_answer_that_does_not_come_is_noted_as_none(listening: tuple[Proxy, int], application: Application) -> None:
    application.answer = ConnectionError("gone")
    with pytest.raises((http.client.HTTPException, ConnectionError)):
        ask(listening[1], "GET", "/")
    assert [status for *_, status in listening[0].noted] == [0]


def test_patience_is_for_all_and_ends(listening: tuple[Proxy, int], patience: Patience) -> None:
    for number in range(proxy.MOST_SILENT - 1):
        patience.note(f"GET /{number}", proxy.ANSWER_S)
    before = patience.lost
    patience.note("GET /last", proxy.ANSWER_S)
    assert before == ""
    assert patience.lost == "5 requests had no answer within 20 s, the last of them GET /last."
    with pytest.raises((http.client.HTTPException, ConnectionError)):
        ask(listening[1], "GET", "/")
    slow = Patience(longest_s=3)
    for _ in range(3):
        slow.note("GET /", 2)
    assert slow.lost == "2 requests took 4 s to answer, more than the 3 s that there are for all."


@pytest.mark.parametrize(
    ("after", "lost"),
    [
        (Load(0.0, {7: (0.0, 0.0)}), True),  # it slept
        (Load(9.0, {7: (9.0, 9.0)}), True),  # it computed
        (Load(0.0, {7: (0.0, 9.0)}), False),  # others had the processors
    ],
)
def test_waiting_for_a_processor_is_not_keeping_silent(
    listening: tuple[Proxy, int],
    application: Application,
    patience: Patience,
    monkeypatch: pytest.MonkeyPatch,
    after: Load,
    lost: bool,
) -> None:
    monkeypatch.setattr(proxy, "ANSWER_S", 0.01)
    monkeypatch.setattr(proxy, "MOST_SILENT", 1)
    application.late_s, application.loads = 0.02, [Load(0.0, {7: (0.0, 0.0)}), after]
    assert ask(listening[1], "GET", "/") == (201, b"made")
    assert bool(patience.lost) is lost


def test_an_answer_comes_whole_in_one_packet(listening: tuple[Proxy, int]) -> None:
    """Headers alone would be held up to 40 ms by whoever waits for the rest before saying that they came."""
    with socket.create_connection(("127.0.0.1", listening[1]), 5) as connection:
        for _ in range(20):
            connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            answer = connection.recv(1 << 16)
            assert answer.startswith(b"HTTP/1.1 201 ")
            assert answer.endswith(b"\r\n\r\nmade")


def test_more_connections_than_there_may_be_are_closed(listening: tuple[Proxy, int]) -> None:
    held = [socket.create_connection(("127.0.0.1", listening[1]), 5) for _ in range(proxy._MOST_CONNECTIONS)]
    more = socket.create_connection(("127.0.0.1", listening[1]), 5)
    more.settimeout(5)
    assert more.recv(1) == b""
    for connection in [*held, more]:
        connection.close()


def test_a_session_that_was_ended_begins_again(listening: tuple[Proxy, int], application: Application) -> None:
    renewed: list[int] = []

    def renew() -> dict[str, str]:
        renewed.append(1)
        return {"Authorization": f"Bearer {len(renewed)}"}

    listening[0].direct(application, {"Authorization": "Bearer 0"}, renew)  # type: ignore[arg-type]
    application.answer = Response(401, (), b"")
    for _ in range(7):
        ask(listening[1], "GET", "/")
    bearers = [headers["Authorization"].split()[1] for _, _, headers, _ in application.asked]
    assert bearers == ["0", "0", "0", "1", "1", "1", "2"]
    for _ in range(100):
        ask(listening[1], "GET", "/")
    assert len(renewed) == proxy._MOST_RENEWALS
