"""What `/metrics` says of a plain event, and that it says so over plain HTTP."""

from grader.checkpoint import check, expect, expect_that

READINGS = 6


@check("metrics.endpoint", seconds=60)
def test_counters_are_there_before_anything_happens(platform, read_metrics):
    """`/metrics` answers over plain HTTP, with 0 for each log-in and moderation that has not happened yet."""
    it = platform()
    seen = read_metrics(it)
    for outcome in ("succeeded", "failed", "locked_out"):
        there = seen.has("platform_logins_total", outcome=outcome)
        expect_that(there, expected=f'`platform_logins_total{{outcome="{outcome}"}}` from the start', observed="none")
    expect(seen.value("platform_posts_published_total"), equal_to=0.0)


@check("metrics.worker", seconds=90)
def test_a_run_is_counted(platform, comment, read_worker):
    """A task that was done adds 1 to `platform_tasks_total` at the port of its worker."""
    it = platform()
    worker = it.worker()
    comment(it, it.web.rows.post(state="out"), as_="editor")
    it.settle()
    labels = {"task": "comments.tasks.publish_comment", "outcome": "succeeded"}
    expect(read_worker(worker).value("platform_tasks_total", **labels), equal_to=1.0)


@check("metrics.events", seconds=60)
def test_a_publication_is_counted(platform, read_metrics):
    """A post that an editor publishes adds 1 to `platform_posts_published_total`."""
    it = platform()
    before = read_metrics(it)
    it.web.post(f"/posts/{it.web.rows.post().id}/publish/", as_="editor").expect(200)
    grown = read_metrics(it).since(before, ("platform_posts_published_total", {}))
    expect(grown, equal_to={"platform_posts_published_total": 1.0})


@check("metrics.queue-depth", seconds=60)
def test_a_comment_waits_in_its_queue(platform, read_metrics, comment):
    """While no worker is there, `platform_queue_depth` of `comments` grows by 1 with each comment."""
    it = platform()
    on = it.web.rows.post(state="out")

    def depths():
        """As several readings say, so that more than one process answers."""
        return {read_metrics(it).value("platform_queue_depth", queue="comments") for _ in range(READINGS)}

    expect(depths(), equal_to={0.0})
    comment(it, on)
    expect(depths(), equal_to={1.0})
