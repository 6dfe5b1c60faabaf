# FILE SOLUTION 05
"""Writing e-mails, and sending them."""

from datetime import timedelta
from smtplib import SMTPRecipientsRefused, SMTPResponseException, SMTPServerDisconnected

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q

from core import clock
from core.events import send_on_commit
from mail.models import Email, EmailQuerySet
from mail.signals import email_written


class MailUnavailableError(ConnectionError):
    """The mail server cannot take it now; later it may."""


class MailRefusedError(Exception):
    """The mail server does not want it. Without its words, in which the address stands."""


@transaction.atomic
def write_email(*, key: str, to: str, subject: str, body: str) -> Email:
    """Write an e-mail, once for each key. It leaves after the commit."""
    words = {"to": to, "subject": subject, "body": body}
    email, new = Email.objects.get_or_create(key=key, defaults=words)
    if new:
        send_on_commit(email_written, email=email)
    return email


def send_email(*, email_id: int, task_id: str) -> None:
    """Send an e-mail that has not left yet; a second call does nothing.

    The task claims it in a short transaction and then talks to the mail server outside of any: a
    slow server must not keep rows locked. Whoever finds an e-mail that another task has claimed
    leaves it to that one. A task that comes back because its worker died claims its own e-mail
    again; if the server had taken it by then it is sent twice, under one Message-ID, by which mail
    programs know that it is one e-mail.

    Raises MailUnavailableError, MailRefusedError.
    """
    email = _claim(email_id, task_id)
    if email is None:
        return
    try:
        _send(email)
    except (MailUnavailableError, MailRefusedError):
        _mine(email).update(claimed_by="", claimed_until=None)
        raise
    _mine(email).update(
        sent_at=clock.now(),
        failed_at=None,
        error="",
        claimed_by="",
        claimed_until=None,
        updated_at=clock.now(),
    )


def mark_email_failed(*, email_id: int, error: str) -> None:
    """The task failed for good: nothing sends the e-mail until a person says so.

    Nothing is done to an e-mail that a task has in hand by now: it will say what came of it.
    """
    now = clock.now()
    idle = Email.objects.waiting().filter(claimed_by="", pk=email_id)
    idle.update(failed_at=now, error=error, updated_at=now)


@transaction.atomic
def resend_email(*, email: Email) -> None:
    """Send an e-mail that has failed, since somebody has mended what was wrong."""
    found = Email.objects.select_for_update().failed().filter(pk=email.pk).first()
    if found is not None:
        found.failed_at, found.error = None, ""
        found.save(update_fields=["failed_at", "error"])
        send_on_commit(email_written, email=found)


def _claim(email_id: int, task_id: str) -> Email | None:
    """The e-mail, ours until the time limit of a task; None if it is sent or somebody else's."""
    now = clock.now()
    until = now + timedelta(seconds=settings.CELERY_TASK_TIME_LIMIT)
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lt=now)
    claimable = Email.objects.unsent().filter(free | Q(claimed_by=task_id))
    claimed = claimable.filter(pk=email_id).update(
        claimed_by=task_id, claimed_until=until
    )
    return Email.objects.get(pk=email_id) if claimed else None


def _mine(email: Email) -> EmailQuerySet:
    """The row, as long as nobody has taken it over."""
    return Email.objects.filter(pk=email.pk, claimed_by=email.claimed_by)


def _send(email: Email) -> None:
    headers = {"Message-ID": f"<{email.key}@{settings.MAIL_DOMAIN}>"}
    message = EmailMessage(email.subject, email.body, to=[email.to], headers=headers)
    try:
        message.send()
    except (OSError, SMTPServerDisconnected) as error:
        kind = MailRefusedError if _is_final(error) else MailUnavailableError
        raise kind(type(error).__name__) from None


def _is_final(error: Exception) -> bool:
    """Whether the server has said no (5xx), and not only not now."""
    match error:
        case SMTPResponseException():
            return error.smtp_code >= 500
        case SMTPRecipientsRefused():
            return all(code >= 500 for code, _ in error.recipients.values())
        case _:
            return False
