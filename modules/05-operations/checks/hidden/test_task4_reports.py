"""What is reported, as what, and what is never in a report."""

import time

from grader.checkpoint import check, expect

SENT_S = 30.0
QUIET_S = 2.0


def tags_of(event):
    """The tags of an event, which may be an object or a list of pairs."""
    tags = event.get("tags") or {}
    return dict(tags)


@check("reporting.events", seconds=120)
def test_one_event_for_each_failure(platform, rng):
    """Each request that fails is one event with environment, release and its request id; an unknown Host is none."""
    place, release = rng.slug(), rng.slug()
    it = platform(env={"SENTRY_ENVIRONMENT": place, "SENTRY_RELEASE": release})
    it.web.get("/tags/", within_s=30).expect(200)
    it.web.get("/tags/", headers={"Host": f"{rng.word()}.example"}).expect(400)
    it.web.get(f"/tags/{rng.randrange(10_000, 99_999)}/").expect(404)
    it.web.cut("postgres")
    names = [f"{rng.getrandbits(128):032x}" for _ in range(3)]
    for name, path in zip(names, ("/tags/", "/posts/", "/users/me/"), strict=True):
        it.web.get(path, as_="reader", headers={"X-Request-ID": name}).expect(500)
    it.until(
        lambda: len(it.reports()) >= len(names),
        expected=f"{len(names)} events for as many requests",
        observed=lambda: f"{len(it.reports())} events",
        within_s=SENT_S,
    )
    time.sleep(QUIET_S)
    told = [[one.get("level"), one.get("environment"), one.get("release")] for one in it.reports()]
    expect(told, equal_to=[["error", place, release]] * len(names))
    expect(sorted(tags_of(one).get("request_id", "") for one in it.reports()), equal_to=sorted(names))


@check("reporting.events", seconds=180)
def test_tasks_that_fail_for_good(platform, rng, comment, refuse_approval):
    """A task that failed for good is one event with the id of its request; a run that is tried again is none."""
    it = platform()
    worker = it.worker()
    on, name = it.web.rows.post(state="out"), f"{rng.getrandbits(128):032x}"
    author = it.web.rows.user(email=f"{rng.word()}@example.com")
    it.mail.answer({"RCPT": "451 Later"})
    comment(it, it.web.rows.post(state="out", author=author))
    it.until(lambda: it.mail.attempts, expected="an e-mail that is tried", observed=lambda: "none", within_s=60)
    it.mail.answer({})
    it.settle()
    time.sleep(QUIET_S)
    expect(len(it.reports()), equal_to=0, because="the e-mail was tried again and has left")
    refuse_approval(it)
    comment(it, on, as_="editor", headers={"X-Request-ID": name})
    it.until(it.reports, expected="an event for the task that failed", observed=lambda: "none", within_s=SENT_S)
    time.sleep(QUIET_S)
    told = [[one.get("level"), tags_of(one).get("request_id")] for one in it.reports()]
    expect(told, equal_to=[["error", name]])
    worker.kill()


@check("reporting.secrets", seconds=240)
def test_no_secret_in_a_report(platform, rng, provoke, clean_reports):
    """A report holds no secret, and nothing of who asked: no cookie, header, query, body, variable, address or name."""
    it = platform()
    reader, address = it.web.people["reader"], f"{rng.word()}{rng.word()}@example.com"
    it.web.db.update("accounts_user", {"email": address}, id=reader.id)
    it.worker()
    canaries = provoke(it)
    ip = f"203.0.113.{rng.randrange(100, 250)}"
    it.web.get("/tags/", within_s=30)
    it.web.cut("postgres")
    it.web.get("/tags/", as_="reader", client=ip).expect(500)
    personal = {"a user name": reader.username, "an e-mail address": address, "an IP address": ip}
    clean_reports(it, {**canaries, **personal}, number=4)  # three requests and a task
