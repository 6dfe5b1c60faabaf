"""What a worker offers at its own port: sums over its child processes."""

from grader.checkpoint import check, expect

PUBLISH = "comments.tasks.publish_comment"
MANY = 12
COUNTED = {
    **{
        outcome: ("platform_tasks_total", {"task": PUBLISH, "outcome": outcome})
        for outcome in ("succeeded", "retried", "failed")
    },
    "timed": ("platform_task_duration_seconds_count", {"task": PUBLISH}),
    "dead letters": ("platform_dead_letters_total", {"task": PUBLISH}),
}


def counted(reading):
    """What a worker says of the runs of that task, by what is counted."""
    return {what: reading.value(name, **labels) for what, (name, labels) in COUNTED.items()}


@check("metrics.worker", seconds=150)
def test_runs_that_succeed(platform, comment, read_worker):
    """Each run counts once, whichever child process it was in, with its duration."""
    it = platform()
    worker = it.worker()
    on = it.web.rows.post(state="out")
    comment(it, on, as_="editor")
    it.settle()
    for _ in range(MANY):
        comment(it, on, as_="editor")
    it.settle()
    for _ in range(2):
        found = counted(read_worker(worker))
        wanted = {"succeeded": MANY + 1.0, "retried": 0.0, "failed": 0.0, "timed": MANY + 1.0, "dead letters": 0.0}
        expect(found, equal_to=wanted, because=f"{MANY + 1} tasks have run")


@check("metrics.worker", seconds=150)
def test_runs_that_are_tried_again(platform, comment, read_worker):
    """A run that is tried again counts as retried, the last one as failed, and what fails for good as a dead letter."""
    it = platform(env={"TASK_MAX_RETRIES": "2"})
    worker = it.worker()
    on = it.web.rows.post(state="out")
    worker.cut("postgres")
    comment(it, on, as_="editor")
    it.until(it.dead_letters, expected="a dead letter after two retries", observed=lambda: "none", within_s=60)
    worker.restore("postgres")
    it.settle()
    wanted = {"succeeded": 0.0, "retried": 2.0, "failed": 1.0, "timed": 3.0, "dead letters": 1.0}
    expect(counted(read_worker(worker)), equal_to=wanted, because="it ran three times in vain")


@check("metrics.worker", seconds=150)
def test_runs_that_are_killed(platform, comment, read_worker):
    """A run that is killed at its time limit counts as failed, and as a dead letter."""
    it = platform(env={"TASK_TIME_LIMIT_SECONDS": "3", "TASK_SOFT_TIME_LIMIT_SECONDS": "0"})
    comment(it, it.web.rows.post(state="out"), as_="editor")
    with it.web.db.writes_held("comments_comment"):
        worker = it.worker()
        it.until(
            it.dead_letters, expected="a dead letter for a run that is stuck", observed=lambda: "none", within_s=60
        )
        found = counted(read_worker(worker))
    wanted = {"succeeded": 0.0, "retried": 0.0, "failed": 1.0, "timed": 1.0, "dead letters": 1.0}
    expect(found, equal_to=wanted, because="the run was killed")
