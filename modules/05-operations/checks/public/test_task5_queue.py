"""Comments in the queue, e-mail about those that wait, visits, and a task that fails for good."""

from grader.checkpoint import check, expect, expect_that

PUBLISH = "comments.tasks.publish_comment"


@check("tasks.queued", seconds=60)
def test_a_comment_is_put_into_its_queue(platform, comment):
    """A comment that was created is answered with `pending`, and its task waits in the queue `comments`."""
    it = platform()
    comment(it, it.web.rows.post(state="out"))
    expect([message.get("headers", {}).get("task") for message in it.messages("comments")], equal_to=[PUBLISH])


@check("tasks.notification", seconds=90)
def test_the_author_hears_of_a_comment_that_waits(platform, rng, comment):
    """The author of the post gets one e-mail about a comment that waits."""
    it = platform()
    address = f"{rng.word()}@example.com"
    on = it.web.rows.post(state="out", author=it.web.rows.user(email=address))
    it.worker()
    comment(it, on)
    it.settle()
    expect([mail.recipients for mail in it.mail.taken], equal_to=[(address,)])


@check("tasks.dead-letters", seconds=90)
def test_a_task_that_fails_is_a_dead_letter(platform, comment, refuse_approval):
    """A task that fails with an error that no other try mends is one dead letter, with all that it takes to do it."""
    it = platform()
    refuse_approval(it)
    it.worker()
    key = comment(it, it.web.rows.post(state="out"), as_="editor")
    it.until(it.dead_letters, expected="a dead letter", observed=lambda: "none", within_s=60)
    told = [[one.get("task"), one.get("args"), one.get("kwargs"), one.get("error")] for one in it.dead_letters()]
    expect_that(
        told in ([[PUBLISH, [key], {}, "IntegrityError"]], [[PUBLISH, [], {"comment_id": key}, "IntegrityError"]]),
        expected=f"one dead letter: {PUBLISH} of the comment {key}, error IntegrityError",
        observed=told,
    )


@check("tasks.visits", seconds=60)
def test_a_visit_is_put_into_its_queue(platform):
    """Each `GET` of a published post sends one task to the queue `analytics`."""
    it = platform()
    post = it.web.rows.post(state="out")
    for number in (1, 2):
        it.web.get(f"/posts/{post.id}/").expect(200)
        expect(it.waiting("analytics"), equal_to=number)


@check("tasks.without-redis", seconds=60)
def test_a_comment_is_taken_without_redis(platform, comment):
    """With Redis away a comment is still accepted with 201."""
    it = platform()
    on = it.web.rows.post(state="out")
    it.web.cut("redis")
    comment(it, on)


@check("tasks.requeue", seconds=120)
def test_what_waits_is_queued_again(platform, requeue, accepted_without_redis, made_older):
    """A comment that was accepted without Redis is queued by Beat's task after 30 minutes, and not before."""
    it = platform()
    keys = accepted_without_redis(it, 1)
    expect(requeue(it), equal_to=[], because="it has not waited for 30 minutes")
    made_older(it, 31 * 60)
    expect(requeue(it), equal_to=keys, because="it has waited for 31 minutes")
