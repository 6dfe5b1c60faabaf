# FILE SOLUTION 05
"""Writing letters, and sending them. Each service is one transaction."""

from smtplib import SMTPRecipientsRefused, SMTPResponseException, SMTPServerDisconnected

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone

from core.events import announce
from mail.models import Letter
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


@transaction.atomic
def send_letter(*, letter_id: int) -> None:
    """Send a letter that has not left yet; a second call does nothing.

    The row is held meanwhile, so that two workers do not send it both. Whoever dies after the
    server took it and before the commit sends it again: under the same Message-ID, by which mail
    programs know that it is one letter. Raises MailUnavailableError, MailRefusedError.
    """
    waiting = Letter.objects.select_for_update().waiting()
    letter = waiting.filter(pk=letter_id).first()
    if letter is None:
        return
    _hand_over(letter)
    letter.sent_at = timezone.now()
    letter.save(update_fields=["sent_at"])


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
