"""What a worker offers at its own port: sums over its child processes."""

from grader.checkpoint import check, expect

PUBLISH = "comments.tasks.publish_comment"
DEAD = ("platform_dead_letters_total", {"task": PUBLISH})
MANY = 12


def runs(outcome):
    """The counter of runs of the task with that outcome."""
    return ("platform_tasks_total", {"task": PUBLISH, "outcome": outcome})


TIMED = ("platform_task_duration_seconds_count", {"task": PUBLISH})
WANTED = [runs("succeeded"), runs("retried"), runs("failed"), TIMED, DEAD]


@check("metrics.worker", seconds=150)
def test_runs_that_succeed(platform, comment, read_worker):
    """Each run counts once, whichever child process it was in, with its duration."""
    it = platform()
    worker = it.worker()
    on = it.web.rows.post(state="out")
    comment(it, on, as_="editor")
    it.settle()
    before = read_worker(worker)
    for _ in range(MANY):
        comment(it, on, as_="editor")
    it.settle()
    for _ in range(2):
        grown = read_worker(worker).since(before, *WANTED)
        expect(list(grown.values()), equal_to=[MANY, 0, 0, MANY, 0], because=f"{MANY} tasks have run: {[*grown]}")


@check("metrics.worker", seconds=150)
def test_runs_that_are_tried_again(platform, comment, read_worker):
    """A run that is tried again counts as retried, the last one as failed, and what fails for good as a dead letter."""
    it = platform(env={"TASK_MAX_RETRIES": "2"})
    worker = it.worker()
    on = it.web.rows.post(state="out")
    before = read_worker(worker)
    worker.cut("postgres")
    comment(it, on, as_="editor")
    it.until(it.dead_letters, expected="a dead letter after two retries", observed=lambda: "none", within_s=60)
    worker.restore("postgres")
    it.settle()
    grown = read_worker(worker).since(before, *WANTED)
    expect(list(grown.values()), equal_to=[0, 2, 1, 3, 1], because=f"it ran three times in vain: {[*grown]}")


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
        seen = read_worker(worker)
    found = [seen.value(name, **labels) for name, labels in (runs("succeeded"), runs("failed"), DEAD)]
    expect(found, equal_to=[0, 1, 1], because="the run was killed")
