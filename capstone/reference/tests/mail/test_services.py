# FILE SOLUTION 05
"""E-mails, brought to a real mail server that may not want them."""

import time
from collections.abc import Iterator
from datetime import timedelta
from unittest.mock import patch

import pytest
from django.core.mail import EmailMessage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks
from pytest_django.fixtures import Settings

from jobs.dead_letters import consume_dead_letters, replay
from mail.models import Email
from mail.services import (
    MailUnavailableError,
    send_email,
    write_email,
)
from mail.tasks import deliver, requeue_unsent_emails
from tests.factories import UserFactory
from tests.servers.smtp import Smtp

pytestmark = pytest.mark.django_db

LONG_AGO = "2026-01-01T00:00:00Z"


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
def email() -> Email:
    """An e-mail that waits."""
    words = {"to": "ann@example.org", "subject": "Hello", "body": "Well."}
    return write_email(key="a-test", **words)


def test_an_email_is_written_once_and_sent_once(server: Smtp, email: Email) -> None:
    again = write_email(key="a-test", to="b@example.org", subject="x", body="x")
    assert again == email
    send_email(email_id=email.pk, task_id="a")
    send_email(email_id=email.pk, task_id="a")
    (sent,) = server.messages
    assert sent["To"] == "ann@example.org"
    assert sent["Message-ID"] == "<a-test@localhost>"


@pytest.mark.parametrize("answer", ["421 Go away for now", "451 Later"])
def test_not_now_is_tried_again(server: Smtp, email: Email, answer: str) -> None:
    server.answer(answer)
    with pytest.raises(MailUnavailableError):
        send_email(email_id=email.pk, task_id="a")
    assert Email.objects.waiting().exists()
    server.answer("")
    send_email(email_id=email.pk, task_id="a")
    assert not Email.objects.waiting().exists()


class TestFailure:
    """What the server does not want is not brought again, and can be seen."""

    @pytest.fixture
    def failed(self, server: Smtp, email: Email) -> Email:
        """An e-mail that the server refused for good."""
        server.answer("550 Nobody here")
        deliver.delay(email.pk)
        email.refresh_from_db()
        return email

    def test_never_is_not_tried_again(self, failed: Email) -> None:
        assert [dead["error"] for dead in consume_dead_letters()] == [
            "MailRefusedError"
        ]
        assert list(Email.objects.failed()) == [failed]
        assert failed.error == "MailRefusedError"

    def test_beat_leaves_it_alone(self, failed: Email) -> None:
        Email.objects.update(created_at=LONG_AGO)
        assert requeue_unsent_emails() == 0
        list(consume_dead_letters())

    def test_what_is_tried_in_vain_to_the_last_has_failed(
        self, server: Smtp, email: Email
    ) -> None:
        server.answer("451 Later")
        deliver.delay(email.pk)
        assert [dead["error"] for dead in consume_dead_letters()] == [
            "MailUnavailableError"
        ]
        assert Email.objects.failed().count() == 1

    def test_a_replay_sends_it(self, server: Smtp, failed: Email) -> None:
        server.answer("")
        assert replay() == 1
        failed.refresh_from_db()
        assert (failed.sent_at is not None, failed.failed_at) == (True, None)
        assert len(server.messages) == 1

    def test_the_admin_shows_it_and_sends_it_again(
        self,
        server: Smtp,
        failed: Email,
        django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    ) -> None:
        list(consume_dead_letters())
        server.answer("")
        client = Client()
        client.force_login(UserFactory(is_staff=True, is_superuser=True))
        page = client.get("/admin/mail/email/?failed_at__isempty=0")
        assert "MailRefusedError" in page.content.decode()
        sent = {"action": "send_again", "_selected_action": [failed.pk]}
        with django_capture_on_commit_callbacks(execute=True):
            assert client.post("/admin/mail/email/", sent).status_code == 302
        assert len(server.messages) == 1


class TestClaim:
    """Of two tasks one sends, and no row is locked while the server takes its time."""

    def test_what_another_task_has_in_hand_is_left_to_it(
        self, server: Smtp, email: Email
    ) -> None:
        soon = timezone.now() + timedelta(seconds=9)
        Email.objects.update(claimed_by="b", claimed_until=soon)
        send_email(email_id=email.pk, task_id="a")
        assert server.messages == []

    def test_a_task_that_comes_back_goes_on(self, server: Smtp, email: Email) -> None:
        soon = timezone.now() + timedelta(seconds=9)
        Email.objects.update(claimed_by="a", claimed_until=soon)
        send_email(email_id=email.pk, task_id="a")
        assert len(server.messages) == 1

    def test_a_claim_ends(self, server: Smtp, email: Email) -> None:
        Email.objects.update(claimed_by="b", claimed_until=timezone.now())
        send_email(email_id=email.pk, task_id="a")
        assert len(server.messages) == 1

    def test_no_row_is_locked_while_the_server_takes_its_time(
        self, email: Email
    ) -> None:
        def look(message: EmailMessage) -> int:
            statements = [query["sql"] for query in queries.captured_queries]
            assert not [sql for sql in statements if "FOR UPDATE" in sql]
            depths.append(len(connection.savepoint_ids))
            return 1

        depths: list[int] = []
        before = len(connection.savepoint_ids)
        with (
            CaptureQueriesContext(connection) as queries,
            patch.object(EmailMessage, "send", look),
        ):
            send_email(email_id=email.pk, task_id="a")
        assert depths == [before]


def test_a_server_that_hangs_is_not_waited_for(server: Smtp, email: Email) -> None:
    server.hang()
    begin = time.monotonic()
    with pytest.raises(MailUnavailableError):
        send_email(email_id=email.pk, task_id="a")
    assert time.monotonic() - begin < 3


def test_a_server_that_is_away(server: Smtp, email: Email, settings: Settings) -> None:
    settings.MAILERS["default"]["OPTIONS"]["port"] = 1
    with pytest.raises(MailUnavailableError):
        send_email(email_id=email.pk, task_id="a")


class TestLeftBehind:
    """What Beat puts into the queue again."""

    def test_it_is_found(self, server: Smtp, email: Email) -> None:
        assert requeue_unsent_emails() == 0
        Email.objects.update(created_at=LONG_AGO)
        assert requeue_unsent_emails() == 1
        assert len(server.messages) == 1

    def test_it_is_queued_once_in_a_while(self, email: Email) -> None:
        Email.objects.update(created_at=LONG_AGO)
        with patch("mail.tasks.enqueue") as enqueue:
            assert [requeue_unsent_emails() for _ in range(3)] == [1, 0, 0]
        assert enqueue.call_count == 1

    def test_what_cannot_be_sent_does_not_keep_back_what_came_later(
        self, settings: Settings
    ) -> None:
        settings.QUEUE_LIMIT = 2
        words = {"to": "ann@example.org", "subject": "Hello", "body": "Well."}
        ids = [write_email(key=str(n), **words).pk for n in range(5)]
        Email.objects.update(created_at=LONG_AGO)
        with patch("mail.tasks.enqueue") as enqueue:
            assert [requeue_unsent_emails() for _ in range(4)] == [2, 2, 1, 0]
        assert [call.args[1] for call in enqueue.call_args_list] == ids

    def test_a_full_queue_gets_no_more(self, email: Email, settings: Settings) -> None:
        settings.QUEUE_LIMIT = 0
        Email.objects.update(created_at=LONG_AGO)
        with patch("mail.tasks.enqueue") as enqueue:
            assert requeue_unsent_emails() == 0
        assert enqueue.call_count == 0
