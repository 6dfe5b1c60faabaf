"""What Beat's messages say, over two days, and that there is somebody who does what they ask for."""

from datetime import UTC, datetime

from grader.checkpoint import check, expect, expect_that


@check("tasks.schedule", seconds=300)
def test_two_days_of_beat(platform, beat, punctual):
    """Each task is sent when it is due for two days, without arguments, and is void by the time of the next one."""
    found = beat(platform(), 50)
    punctual(found, 50)
    expires = {"comments.tasks.requeue_unscreened_comments": 600, "mail.tasks.requeue_unsent_emails": 600}
    expires |= {"analytics.tasks.roll_up": 3600, "authentication.tasks.forget_expired": 86400}
    for task, seconds in {**expires, "api.tasks.forget_idempotency_keys": 86400}.items():
        for sent in found[task]:
            expect([sent.args, sent.kwargs], equal_to=[[], {}], because=f"{task} is sent without arguments")
            expect_that(
                sent.expires is not None and abs(sent.expires - seconds) <= 1,
                expected=f"{task} to expire {seconds} s after it was sent",
                observed="never" if sent.expires is None else f"{sent.expires:.0f} s after it",
            )


@check("tasks.schedule", seconds=300)
def test_a_worker_does_what_beat_asks_for(platform, beat):
    """Each of the five is a task that a worker knows, in a queue that it reads, and ends well."""
    it = platform()
    found = beat(it, 25, begins=datetime.now(UTC))
    missing = [task for task, sent in found.items() if not sent]
    expect(missing, equal_to=[], because="Beat sends each of them within a day")
    it.put_back(sent[-1] for sent in found.values())
    worker = it.worker()
    it.settle()
    states = {line["task"]: line["state"] for line in worker.lines("task") if line["task"] in found}
    expect(states, equal_to=dict.fromkeys(found, "success"))
