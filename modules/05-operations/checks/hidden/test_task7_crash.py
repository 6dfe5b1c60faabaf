"""A worker that is killed between the mail server's answer and its own commit."""

from grader.checkpoint import check, expect, expect_that

AT_WORK_S = 60


def message_id(mail):
    """What an e-mail says of itself; "" where it says nothing."""
    return str(mail.message["Message-ID"] or "").strip()


@check("mail.once", seconds=240)
def test_killed_after_it_was_taken(platform, told):
    """An e-mail whose worker dies after the server took it comes a second time at most, as the same message."""
    it = platform()
    worker = it.worker()
    it.mail.answer({"DATA": "wait"})
    address = told(it)
    it.until(
        lambda: it.mail.attempts, expected="an e-mail on its way", observed=lambda: "no client", within_s=AT_WORK_S
    )
    own = [name for name in it.web.db.tables() if not name.startswith(("django_", "auth_"))]
    with it.web.db.writes_held(*own) as held:  # nothing can be noted from here on
        it.mail.answer({})
        it.until(lambda: it.mail.taken, expected="an e-mail that was taken", observed=lambda: "none", within_s=30)
        it.until(held.waiting, expected="a worker that notes it", observed=lambda: "nobody writes", within_s=30)
        worker.kill()
        held.end_waiting()
    it.age_messages()
    it.worker()
    it.settle()
    it.web.age(31 * 60)
    it.command("-m", "celery", "-A", "config.celery", "call", "mail.tasks.requeue_unsent_emails")
    it.settle()
    taken = it.mail.taken
    expect([mail.recipients for mail in taken], equal_to=[(address,)] * len(taken))
    expect_that(len(taken) <= 2, expected="the e-mail twice at most", observed=f"{len(taken)} times")
    ids = {message_id(mail) for mail in taken}
    expect_that(len(ids) == 1 and ids != {""}, expected="one `Message-ID`, the same again", observed=sorted(ids))
