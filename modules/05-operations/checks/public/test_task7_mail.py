"""A mail server that says not now."""

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
