# FILE SOLUTION 05
"""Writing letters, and sending them."""

from datetime import timedelta
from smtplib import SMTPRecipientsRefused, SMTPResponseException, SMTPServerDisconnected

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from core.events import announce
from mail.models import Letter, LetterQuerySet
from mail.signals import letter_written


class MailUnavailableError(ConnectionError):
    """The mail server cannot take it now; later it may."""


class MailRefusedError(Exception):
    """The mail server does not want it. Without its words, in which the address stands."""


@transaction.atomic
def write_letter(*, key: str, to: str, subject: str, body: str) -> Letter:
    """Write a letter, once for each key. It leaves after the commit."""
    words = {"to": to, "subject": subject, "body": body}
    letter, new = Letter.objects.get_or_create(key=key, defaults=words)
    if new:
        announce(letter_written, letter=letter)
    return letter


def send_letter(*, letter_id: int, task_id: str) -> None:
    """Send a letter that has not left yet; a second call does nothing.

    The task claims it in a short transaction and then talks to the mail server outside of any: a
    slow server must not keep rows locked. Whoever finds a letter that another task has claimed
    leaves it to that one. A task that comes back because its worker died claims its own letter
    again; if the server had taken it by then it is sent twice, under one Message-ID, by which mail
    programs know that it is one letter.

    Raises MailUnavailableError, MailRefusedError.
    """
    letter = _claim(letter_id, task_id)
    if letter is None:
        return
    try:
        _hand_over(letter)
    except (MailUnavailableError, MailRefusedError):
        _mine(letter).update(claimed_by="", claimed_until=None)
        raise
    _mine(letter).update(
        sent_at=timezone.now(),
        failed_at=None,
        error="",
        claimed_by="",
        claimed_until=None,
        updated_at=timezone.now(),
    )


def give_up_letter(*, letter_id: int, error: str) -> None:
    """The task failed for good: nothing sends the letter until a person says so.

    Nothing is done to a letter that a task has in hand by now: it will say what came of it.
    """
    now = timezone.now()
    idle = Letter.objects.waiting().filter(claimed_by="", pk=letter_id)
    idle.update(failed_at=now, error=error, updated_at=now)


@transaction.atomic
def resend_letter(*, letter: Letter) -> None:
    """Send a letter that has failed, since somebody has mended what was wrong."""
    found = Letter.objects.select_for_update().failed().filter(pk=letter.pk).first()
    if found is not None:
        found.failed_at, found.error = None, ""
        found.save(update_fields=["failed_at", "error"])
        announce(letter_written, letter=found)


def _claim(letter_id: int, task_id: str) -> Letter | None:
    """The letter, ours until the time limit of a task; None if it is sent or somebody else's."""
    now = timezone.now()
    until = now + timedelta(seconds=settings.CELERY_TASK_TIME_LIMIT)
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lt=now)
    claimable = Letter.objects.unsent().filter(free | Q(claimed_by=task_id))
    claimed = claimable.filter(pk=letter_id).update(
        claimed_by=task_id, claimed_until=until
    )
    return Letter.objects.get(pk=letter_id) if claimed else None


def _mine(letter: Letter) -> LetterQuerySet:
    """The row, as long as nobody has taken it over."""
    return Letter.objects.filter(pk=letter.pk, claimed_by=letter.claimed_by)


def _hand_over(letter: Letter) -> None:
    headers = {"Message-ID": f"<{letter.key}@{settings.MAIL_DOMAIN}>"}
    message = EmailMessage(letter.subject, letter.body, to=[letter.to], headers=headers)
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
