"""Task 8, graceful shutdown: the plain cases."""

from grader.checkpoint import check, expect

ENDS_S = 35.0


@check("resilience.shutdown", seconds=120)
def test_an_idle_server(platform):
    """A server that has nothing to do ends with 0 after `SIGTERM`."""
    it = platform(as_configured=True)
    it.web.get("/posts/").expect(200)
    it.terminate()
    expect(it.ended(ENDS_S), equal_to=0, because="that is how a server ends that was told to")


@check("resilience.worker-shutdown", seconds=120)
def test_an_idle_worker(platform):
    """A worker that has nothing to do ends with 0 after `SIGTERM`."""
    it = platform()
    worker = it.worker()
    worker.terminate()
    expect(worker.ended(ENDS_S), equal_to=0, because="that is how a worker ends that was told to")
