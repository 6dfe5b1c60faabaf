# FILE SOLUTION 06
"""Write down attempts to log in, and report what is unusual about them."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction

from accounts.models import User
from accounts.roles import Role
from anomalies.blocks import block_for, digest_of
from anomalies.detection import Finding, detect
from anomalies.kinds import Kind
from anomalies.models import Anomaly, Block, LoginAttempt
from anomalies.signals import anomaly_reported
from audit.actions import Action
from audit.services import record
from core import clock
from core.events import send_on_commit
from mail.services import write_email

SUBJECTS = {
    Kind.NEW_ADDRESS: "A log-in from a new address",
    Kind.IMPOSSIBLE_RATE: "More attempts to log in than anybody makes",
    Kind.CREDENTIAL_STUFFING: "Many names tried from one address",
}


@transaction.atomic
def note_attempt(
    *, name: str, account: User | None, address: str, succeeded: bool
) -> None:
    """Write an attempt down, and report whatever is unusual about it."""
    attempt = LoginAttempt.objects.create(
        name=digest_of(name), account=account, address=address, succeeded=succeeded
    )
    for finding in detect(attempt):
        _report(finding, attempt)


def _report(finding: Finding, attempt: LoginAttempt) -> None:
    """Once in the quiet time: block, write mails and the audit log. Of two at once, one does."""
    period = int(attempt.at.timestamp() // settings.ANOMALY_QUIET_SECONDS)
    anomaly, is_new = Anomaly.objects.get_or_create(
        key=f"{finding.kind} {finding.subject} {period}",
        defaults={
            "kind": finding.kind,
            "account": _concerned(finding, attempt),
            "address": attempt.address,
        },
    )
    if not is_new:
        return
    block_for(finding.kind, attempt)
    _write_mails(anomaly, finding)
    record(
        action=Action.LOGIN_ANOMALY,
        actor=None,
        target=anomaly.account,
        kind=finding.kind.value,
        **finding.figures,
    )
    send_on_commit(anomaly_reported, anomaly=anomaly)


def _concerned(finding: Finding, attempt: LoginAttempt) -> User | None:
    """The account, unless it is one of many."""
    is_one_of_many = finding.kind is Kind.CREDENTIAL_STUFFING
    return None if is_one_of_many else attempt.account


def _write_mails(anomaly: Anomaly, finding: Finding) -> None:
    """To the admins; of a new address to the owner of the account as well, who knows best."""
    admins = User.objects.filter(role=Role.ADMIN, is_active=True).exclude(email="")
    people = {admin.pk: admin for admin in admins}
    if finding.kind is Kind.NEW_ADDRESS and anomaly.account and anomaly.account.email:
        people[anomaly.account.pk] = anomaly.account
    for person in people.values():
        write_email(
            key=f"anomaly-{anomaly.pk}-{person.pk}",
            to=person.email,
            subject=SUBJECTS[finding.kind],
            body=_body(anomaly, finding),
        )


def _body(anomaly: Anomaly, finding: Finding) -> str:
    lines = [
        f"{SUBJECTS[finding.kind]}.",
        f"When: {anomaly.at:%Y-%m-%d %H:%M} UTC",
        f"Address: {anomaly.address}",
    ]
    if anomaly.account:
        lines.append(f"Account: {anomaly.account.username}")
    lines += [
        f"{name.replace('_', ' ').capitalize()}: {figure}"
        for name, figure in finding.figures.items()
    ]
    if finding.kind is Kind.NEW_ADDRESS:
        lines += [
            "",
            "If this is your account and it was not you, change your password.",
        ]
    return "\n".join([*lines, ""])


@transaction.atomic
def forget_old_attempts() -> int:
    """Delete attempts that nothing is compared with any more, and blocks that are over."""
    begin = clock.now() - timedelta(days=settings.ANOMALY_HISTORY_DAYS)
    deleted, _ = LoginAttempt.objects.filter(at__lt=begin).delete()
    Block.objects.filter(until__lt=clock.now()).delete()
    return deleted
