"""A task that is done twice has the effect of once: delivered twice, or taken from a worker that was killed."""

from grader.checkpoint import check, expect

WITHIN_S = 60


@check("tasks.once", seconds=120)
def test_a_message_that_comes_twice(platform, rng, comment, status_of, approvals):
    """The same message twice is one approval, and one e-mail about a comment that waits."""
    it = platform()
    on = it.web.rows.post(state="out", author=it.web.rows.user(email=f"{rng.word()}@example.com"))
    waits, approved = comment(it, on), comment(it, on, as_="editor")
    it.send_again("comments")
    it.worker()
    it.settle(WITHIN_S)
    it.web.post("/comments/", as_="reader2", json={"post": on.id, "body": rng.sentence()}).expect(201)
    it.settle(WITHIN_S)
    expect(
        {"waits": status_of(it, waits), "approved": status_of(it, approved)},
        equal_to={"waits": "pending", "approved": "approved"},
    )
    expect(len(it.mail.taken), equal_to=2, because="two comments wait, and each is told of once")
    expect(approvals(it, approved) <= 1, equal_to=True, because="it was approved once")


@check("tasks.once", seconds=120)
def test_what_waits_is_left_as_it_is(platform, comment):
    """What the task leaves `pending` it leaves as it is, `updated_at` and `ETag` included; what does not wait, too."""
    it = platform()
    on = it.web.rows.post(state="out")
    waits, decided = comment(it, on), comment(it, on, as_="editor")
    it.web.post(f"/comments/{decided}/reject/", as_="admin").expect(200)
    paths = [f"/comments/{key}/" for key in (waits, decided)]

    def seen():
        answers = [it.web.get(path, as_="editor").expect(200) for path in paths]
        return [[answer.object(), answer.header("ETag")] for answer in answers]

    before = seen()
    it.worker()
    it.settle(WITHIN_S)
    expect(
        seen(), equal_to=before, because="nothing was decided about the one, and a person has decided about the other"
    )


@check("tasks.killed-worker", seconds=180)
def test_another_worker_does_it(platform, rng, comment, status_of, approvals):
    """What a killed worker had in hand is done by another one, and its effect is there once."""
    it = platform()
    on = it.web.rows.post(state="out", author=it.web.rows.user(email=f"{rng.word()}@example.com"))
    waits, approved = comment(it, on), comment(it, on, as_="editor")
    with it.web.db.writes_held("comments_comment") as held:
        worker = it.worker()
        it.until(held.waiting, expected="a task at work", observed=lambda: "no session waits", within_s=WITHIN_S)
        worker.kill()
    it.age_messages()
    it.worker()
    it.settle(WITHIN_S)
    expect(
        {"waits": status_of(it, waits), "approved": status_of(it, approved)},
        equal_to={"waits": "pending", "approved": "approved"},
    )
    expect(len(it.mail.taken), equal_to=1, because="one comment waits")
    expect(approvals(it, approved) <= 1, equal_to=True, because="it was approved once")
    expect(it.dead_letters(), equal_to=[])


@check("tasks.killed-worker", seconds=240)
def test_a_task_that_kills_workers_is_given_up(platform, comment, status_of):
    """A task that has come back `TASK_MAX_REDELIVERIES` times and is lost once more fails, without being run."""
    it = platform(env={"TASK_MAX_REDELIVERIES": "1"})
    key = comment(it, it.web.rows.post(state="out"), as_="editor")
    with it.web.db.writes_held("comments_comment") as held:
        for number in (1, 2):  # the first time, and the one return that is allowed
            worker = it.worker()
            it.until(
                held.waiting,
                expected=f"run {number} of the task at work",
                observed=lambda: f"no session waits; dead letters: {it.dead_letters()}",
                within_s=WITHIN_S,
            )
            worker.kill()
            it.until(  # PostgreSQL looks every two seconds whether a client that waits is still there
                lambda: not held.waiting(),
                expected="the killed worker's sessions gone",
                observed=lambda: f"{held.waiting()} wait",
                within_s=WITHIN_S,
            )
            it.age_messages()
        it.worker()
        it.until(
            it.dead_letters,
            expected="a dead letter, when the task comes back the second time",
            observed=lambda: "none",
            within_s=WITHIN_S,
        )
        expect([one.get("task") for one in it.dead_letters()], equal_to=["comments.tasks.publish_comment"])
    it.settle(WITHIN_S)
    expect(status_of(it, key), equal_to="pending", because="it was given up without being run")
