# FILE SOLUTION 05
"""Letters, brought to a real mail server that may not want them."""

import time
from collections.abc import Iterator

import pytest
from pytest_django.fixtures import Settings

from jobs.dead_letters import take_out
from mail.models import Letter
from mail.services import (
    MailRefusedError,
    MailUnavailableError,
    send_letter,
    write_letter,
)
from mail.tasks import deliver, queue_forgotten_letters
from tests.servers.smtp import Smtp

pytestmark = pytest.mark.django_db


@pytest.fixture
def server(settings: Settings) -> Iterator[Smtp]:
    """A mail server, and the settings that lead to it."""
    smtp = Smtp()
    smtp.start()
    options = {"host": "127.0.0.1", "port": smtp.port, "timeout": 0.5}
    backend = "django.core.mail.backends.smtp.EmailBackend"
    settings.MAILERS = {"default": {"BACKEND": backend, "OPTIONS": options}}
    yield smtp
    smtp.stop()


@pytest.fixture
def letter() -> Letter:
    """A letter that waits."""
    words = {"to": "ann@example.org", "subject": "Hello", "body": "Well."}
    return write_letter(key="a-test", **words)


def test_a_letter_is_written_once_and_sent_once(server: Smtp, letter: Letter) -> None:
    again = write_letter(key="a-test", to="b@example.org", subject="x", body="x")
    assert again == letter
    send_letter(letter_id=letter.pk)
    send_letter(letter_id=letter.pk)
    (sent,) = server.letters
    assert sent["To"] == "ann@example.org"
    assert sent["Message-ID"] == "<a-test@localhost>"


@pytest.mark.parametrize("answer", ["421 Go away for now", "451 Later"])
def test_not_now_is_tried_again(server: Smtp, letter: Letter, answer: str) -> None:
    server.answer(answer)
    with pytest.raises(MailUnavailableError):
        send_letter(letter_id=letter.pk)
    assert Letter.objects.waiting().exists()
    server.answer("")
    send_letter(letter_id=letter.pk)
    assert not Letter.objects.waiting().exists()


def test_never_is_not(server: Smtp, letter: Letter) -> None:
    server.answer("550 Nobody here")
    with pytest.raises(MailRefusedError):
        send_letter(letter_id=letter.pk)
    deliver.delay(letter.pk)
    assert [dead["error"] for dead in take_out()] == ["MailRefusedError"]


def test_a_server_that_hangs_is_not_waited_for(server: Smtp, letter: Letter) -> None:
    server.hang()
    begin = time.monotonic()
    with pytest.raises(MailUnavailableError):
        send_letter(letter_id=letter.pk)
    assert time.monotonic() - begin < 3


def test_a_server_that_is_away(
    server: Smtp, letter: Letter, settings: Settings
) -> None:
    settings.MAILERS["default"]["OPTIONS"]["port"] = 1
    with pytest.raises(MailUnavailableError):
        send_letter(letter_id=letter.pk)


def test_beat_finds_letters_that_never_left(server: Smtp, letter: Letter) -> None:
    assert queue_forgotten_letters() == 0
    Letter.objects.update(created_at="2026-01-01T00:00:00Z")
    assert queue_forgotten_letters() == 1
    assert len(server.letters) == 1
