"""E-mail with a mail server that refuses, hangs, or is away; what no request and no row waits for."""

import time

import pytest

from grader.checkpoint import Failed, check, expect, expect_that, fail

SOON_S = 5.0


@check("mail.outage", seconds=150)
@pytest.mark.parametrize("answers", [{"greeting": "421 Down"}, {"accepted": "452 Full"}, {"DATA": "hang"}])
def test_what_is_tried_again(platform, told, answers):
    """A 4xx at any step and a server that hangs are tried again; each e-mail is taken once."""
    it = platform(env={"TASK_MAX_RETRIES": "60"})
    it.mail.answer(answers)
    worker = it.worker()
    address = told(it)
    time.sleep(SOON_S)
    expect(it.mail.taken, equal_to=[])
    it.mail.answer({})
    it.settle()
    expect([mail.recipients for mail in it.mail.taken], equal_to=[(address,)])
    expect(it.dead_letters(), equal_to=[])
    worker.kill()


@check("mail.refused", seconds=150)
@pytest.mark.parametrize("answers", [{"RCPT": "550 Nobody"}, {"accepted": "554 No"}])
def test_what_is_refused_for_good(platform, told, answers):
    """An e-mail that is refused with 5xx is one dead letter at once; nothing sends it until it is replayed."""
    it = platform(env={"TASK_MAX_RETRIES": "60"})
    it.mail.answer(answers)
    it.worker()
    address = told(it)
    it.until(it.dead_letters, expected="a dead letter for an e-mail refused", observed=lambda: "none", within_s=30)
    it.settle()
    expect([it.mail.attempts, len(it.dead_letters())], equal_to=[1, 1], because="5xx is not tried again")
    it.mail.answer({})
    it.web.age(31 * 60)
    called = it.command("-m", "celery", "-A", "config.celery", "call", "mail.tasks.requeue_unsent_emails")
    expect(called.code, equal_to=0)
    it.settle()
    expect(it.mail.taken, equal_to=[], because="a dead letter is only replayed by a person")
    expect(it.command("manage.py", "dead_letters", "--replay").code, equal_to=0)
    it.settle()
    expect([mail.recipients for mail in it.mail.taken], equal_to=[(address,)], because="it was replayed")


@check("mail.outage", seconds=150)
def test_who_is_not_waited_for(platform, told):
    """While the mail server hangs requests are answered as before, and each table can be locked."""
    it = platform(env={"EMAIL_TIMEOUT_SECONDS": "20"})
    it.mail.answer({"DATA": "hang"})
    it.worker()
    told(it)
    it.until(lambda: it.mail.attempts, expected="an e-mail that is sent", observed=lambda: "none", within_s=60)
    began = time.monotonic()
    told(it)
    took = time.monotonic() - began
    expect_that(took < SOON_S, expected=f"a comment accepted within {SOON_S:g} s", observed=f"{took:.1f} s")
    time.sleep(1)
    own = [name for name in it.web.db.tables() if not name.startswith(("django_", "auth_"))]
    for name in own:  # a transaction that has locked or written a row of it keeps it from being locked so
        try:
            it.web.db.execute(f'DO $$ BEGIN LOCK TABLE ONLY public."{name}" IN EXCLUSIVE MODE; END $$')
        except Failed:
            fail(expected="no row locked while the mail server is talked to", observed=f"a transaction holds {name}")
    it.mail.answer({})
    it.settle()
    expect(len(it.mail.taken), equal_to=2)
