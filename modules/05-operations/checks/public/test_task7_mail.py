"""A mail server that says not now, and one that says no."""

from grader.checkpoint import check, expect


@check("mail.outage", seconds=90)
def test_not_now_is_tried_again(platform, rng, comment):
    """An e-mail that the server answers with 4xx is tried again, and sent once when it takes it."""
    it = platform(env={"TASK_MAX_RETRIES": "60"})
    address = f"{rng.word()}@example.com"
    on = it.web.rows.post(state="out", author=it.web.rows.user(email=address))
    it.mail.answer({"RCPT": "450 Busy"})
    it.worker()
    comment(it, on)
    it.until(lambda: it.mail.attempts >= 2, expected="a second try", observed=lambda: it.mail.attempts, within_s=60)
    it.mail.answer({})
    it.settle()
    expect([mail.recipients for mail in it.mail.taken], equal_to=[(address,)])


@check("mail.refused", seconds=90)
def test_no_is_not_tried_again(platform, told):
    """An e-mail that the server answers with 5xx is a dead letter after one try, and sent when it is replayed."""
    it = platform(env={"TASK_MAX_RETRIES": "60"})
    it.mail.answer({"DATA": "550 Not from you"})
    it.worker()
    address = told(it)
    it.until(it.dead_letters, expected="a dead letter for the e-mail", observed=lambda: "none", within_s=30)
    it.settle()
    expect([it.mail.attempts, len(it.dead_letters())], equal_to=[1, 1], because="5xx is not tried again")
    it.mail.answer({})
    expect(it.command("manage.py", "dead_letters", "--replay").code, equal_to=0)
    it.settle()
    expect([mail.recipients for mail in it.mail.taken], equal_to=[(address,)], because="it was replayed")


@check("mail.once", seconds=120)
def test_what_was_sent_is_not_sent_again(platform, told):
    """An e-mail that the server has taken is not queued again by Beat's task, whenever that is."""
    it = platform()
    it.worker()
    address = told(it)
    it.settle()
    it.web.age(31 * 60)
    called = it.command("-m", "celery", "-A", "config.celery", "call", "mail.tasks.requeue_unsent_emails")
    expect(called.code, equal_to=0)
    it.settle()
    expect([mail.recipients for mail in it.mail.taken], equal_to=[(address,)], because="it was taken once")
