"""Which requests queue a comment or a visit, and what of it works with Redis away."""

import time

from grader.checkpoint import check, expect, expect_that

LATEST_S = 5.0
SLOWER = 3  # a busy machine may be that much slower from one moment to the next
OLD_S = 31 * 60
REQUEUE = ("-m", "celery", "-A", "config.celery", "call", "comments.tasks.requeue_unscreened_comments")


@check("tasks.queued", seconds=90)
def test_an_edit_that_makes_it_wait_is_queued(platform, comment, rng, status_of):
    """An edit after which a comment waits queues it again; one by an editor, a refusal and a decision do not."""
    it = platform()
    on = it.web.rows.post(state="out")
    key = it.web.rows.comment(post=on, author="reader", status="approved").id

    def after(method, path, status, **options):
        before = it.waiting("comments")
        it.web.request(method, path, **options).expect(status)
        return it.waiting("comments") - before

    path = f"/comments/{key}/"
    expect(after("PATCH", path, 200, as_="editor", json={"body": rng.sentence()}), equal_to=0)
    expect(status_of(it, key), equal_to="approved")
    expect(after("PATCH", path, 200, as_="reader", json={"body": rng.sentence()}), equal_to=1)
    expect(status_of(it, key), equal_to="pending")
    expect(after("POST", f"{path}reject/", 200, as_="editor"), equal_to=0)
    expect(after("POST", "/comments/", 400, as_="reader", json={"post": on.id, "body": ""}), equal_to=0)
    expect(after("POST", "/comments/", 401, json={"post": on.id, "body": rng.word()}), equal_to=0)


@check("tasks.visits", seconds=90)
def test_which_requests_are_visits(platform, rng):
    """A `GET` of a post that is out counts, from the cache and by members too; `HEAD`, lists and drafts do not."""
    it = platform()
    out, draft = it.web.rows.post(state="out"), it.web.rows.post(author="contributor")
    path = f"/posts/{out.id}/"

    def after(method, path, status, who=None):
        before = it.waiting("analytics")
        it.web.request(method, path, as_=who).expect(status)
        return it.waiting("analytics") - before

    for who in (None, None, None, "reader", "contributor"):
        expect(after("GET", path, 200, who), equal_to=1, because=f"{who or 'anonymous'} has read it")
    expect(after("HEAD", path, 200), equal_to=0, because="HEAD is not counted")
    expect(after("GET", "/posts/", 200), equal_to=0, because="a list is no visit")
    expect(after("GET", f"/posts/{draft.id}/", 200, "contributor"), equal_to=0, because="a draft is not published")
    expect(after("GET", f"/posts/{out.id + rng.randrange(1000, 9999)}/", 404), equal_to=0)


@check("tasks.without-redis", seconds=120)
def test_each_comment_is_accepted_in_time(platform, comment):
    """With Redis away each `POST` of a comment answers 201 within 5 seconds, from the first one on."""
    it = platform()
    on = it.web.rows.post(state="out")

    def take(who):
        began = time.monotonic()
        comment(it, on, as_=who)
        return time.monotonic() - began

    usual = max(take("reader") for _ in range(3))
    it.web.cut("redis")
    for who in ("reader", "editor", "reader2", "reader"):
        took = take(who)
        # A machine that is busy is slow with Redis, too.
        in_time = took < max(LATEST_S, SLOWER * usual)
        expect_that(in_time, expected=f"201 within {LATEST_S:g} s with Redis away", observed=f"{took:.1f} s")


@check("tasks.without-redis", seconds=180)
def test_what_was_accepted_meanwhile_is_queued_later(platform, comment, status_of):
    """What was accepted with Redis away, and has waited for 30 minutes, is queued by Beat's task, and once."""
    it = platform()
    on = it.web.rows.post(state="out")
    it.web.cut("redis")
    keys = [comment(it, on, as_="editor") for _ in range(2)]
    it.web.restore("redis")
    it.worker()
    call = it.command(*REQUEUE)
    expect_that(
        call.ok, expected=f"`python {' '.join(REQUEUE)}` to end with 0", observed=f"{call.code}: {call.out[-200:]}"
    )
    it.settle()
    expect([status_of(it, key) for key in keys], equal_to=["pending"] * 2, because="they wait for less than 30 minutes")
    columns = [one.name for one in it.web.db.columns("comments_comment") if one.type.startswith("timestamp")]
    older = ", ".join(f'"{name}" = "{name}" - pg_catalog.make_interval(secs => {OLD_S})' for name in columns)
    it.web.db.execute(f"UPDATE public.comments_comment SET {older}")
    it.web.age(OLD_S)
    it.command(*REQUEUE)
    it.settle()
    expect([status_of(it, key) for key in keys], equal_to=["approved"] * 2, because="they have waited for 31 minutes")
