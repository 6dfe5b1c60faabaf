"""Servers that projects send to, by the clients of the standard library: what they keep, refuse and survive."""

import contextlib
import gzip
import http.client
import smtplib
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from pathlib import Path

import pytest

from grader.stage.witness.collector import Collector
from grader.stage.witness.mail import MailServer


@pytest.fixture
def mail() -> Iterator[MailServer]:
    server = MailServer()
    yield server
    server.close()


@pytest.fixture
def collector() -> Iterator[Collector]:
    server = Collector()
    yield server
    server.close()


class Client(smtplib.SMTP):
    """By a Unix socket."""

    def __init__(self, path: Path, timeout: float = 5) -> None:
        self._path = path
        super().__init__("mail", 25, timeout=timeout)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(timeout)
        connection.connect(str(self._path))
        return connection


class HttpClient(http.client.HTTPConnection):
    """By a Unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("collector", timeout=5)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(5)
        self.sock.connect(str(self._path))


def written() -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.org", "b@example.org", "Süß"
    message.set_content(".begins with a dot\nand ends\n")
    return message


def test_an_email_is_kept_as_it_was_sent(mail: MailServer):
    with Client(mail.socket) as client:
        client.send_message(written())
    (taken,) = mail.taken
    assert (taken.sender, taken.recipients) == ("a@example.org", ("b@example.org",))
    assert taken.message["Subject"] == "Süß"
    assert taken.message.get_content().splitlines() == [".begins with a dot", "and ends"]
    assert mail.attempts == 1


@pytest.mark.parametrize(("step", "code"), [("MAIL", 451), ("RCPT", 550), ("DATA", 421), ("accepted", 452)])
def test_it_refuses_where_it_is_told_to(mail: MailServer, step: str, code: int):
    mail.answer({step: f"{code} No"})  # type: ignore[dict-item]
    with Client(mail.socket) as client, pytest.raises(smtplib.SMTPException) as refused:
        client.send_message(written())
    assert str(code) in str(refused.value)
    assert mail.taken == []
    mail.answer({})
    with Client(mail.socket) as client:
        client.send_message(written())
    assert len(mail.taken) == 1


def test_it_hangs_until_it_is_told_otherwise(mail: MailServer):
    mail.answer({"greeting": "hang"})
    with pytest.raises(smtplib.SMTPServerDisconnected, match="timed out"):
        Client(mail.socket, timeout=0.2)
    mail.answer({})
    with Client(mail.socket) as client:
        assert client.noop()[0] == 250


def test_it_goes_on_where_it_was_told_to_wait(mail: MailServer):
    mail.answer({"DATA": "wait"})
    with ThreadPoolExecutor(1) as pool, Client(mail.socket) as client:
        coming = pool.submit(client.send_message, written())
        with pytest.raises(TimeoutError):
            coming.result(0.3)
        assert (mail.attempts, mail.taken) == (1, [])
        mail.answer({})
        coming.result(5)
    assert len(mail.taken) == 1


@pytest.mark.parametrize("packed", [False, True])
def test_what_is_posted_is_kept_unpacked(collector: Collector, packed: bool):
    client = HttpClient(collector.socket)
    body, headers = (gzip.compress(b"spans"), {"Content-Encoding": "gzip"}) if packed else (b"spans", {})
    for _ in range(2):  # on one connection
        client.request("POST", "/v1/traces?x=1", body, headers)
        assert client.getresponse().read() == b"{}"
    client.close()
    assert [(one.path, one.body) for one in collector.below("/v1/traces")] == [("/v1/traces?x=1", b"spans")] * 2
    assert collector.wait_for("/v1/", 2, 1)
    assert not collector.wait_for("/v1/", 3, 0.05)


NONSENSE = {
    "an empty line": b"\r\n",
    "half a request": b"POST\r\n\r\n",
    "a length below zero": b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
    "a length beyond all": b"POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n",
    "a line without end": b"\xff" * 9000,
    "headers without end": b"POST / HTTP/1.1\r\n" + b"a: b\r\n" * 500 + b"\r\n",
    "a header without end": b"POST / HTTP/1.1\r\na: " + b"b" * 100_000 + b"\r\n\r\n",
}


@pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("nonsense", NONSENSE.values(), ids=NONSENSE)
def test_nonsense_ends_the_connection_and_nothing_else(collector: Collector, mail: MailServer, nonsense: bytes):
    for server in (collector, mail):
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(server.socket))
            connection.settimeout(5)
            with contextlib.suppress(ConnectionError):  # it may hang up before it has read all
                connection.sendall(nonsense)
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(4096):
                    pass
    with Client(mail.socket) as client:
        client.send_message(written())
    HttpClient(collector.socket).request("POST", "/", b"x")
    assert collector.wait_for("/", 1, 5)
    assert len(mail.taken) == 1


def test_a_small_body_that_unpacks_without_end_is_cut(collector: Collector):
    client = HttpClient(collector.socket)
    client.request("POST", "/", gzip.compress(bytes(64 << 20)), {"Content-Encoding": "gzip"})
    assert client.getresponse().status == 200
    assert len(collector.posted[0].body) == 4 << 20


def test_what_is_kept_is_bounded_as_a_whole(collector: Collector, mail: MailServer, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("grader.stage.witness.collector._KEPT_BYTES", 25)
    monkeypatch.setattr("grader.stage.witness.mail._KEPT_BYTES", 500)
    client = HttpClient(collector.socket)
    for _ in range(3):
        client.request("POST", "/", b"x" * 10)
        assert client.getresponse().read() == b"{}"
    client.close()
    assert len(collector.posted) == 2
    with contextlib.suppress(smtplib.SMTPException):
        for _ in range(10):
            with Client(mail.socket) as sender:
                sender.send_message(written())
    assert 1 <= len(mail.taken) <= 3
