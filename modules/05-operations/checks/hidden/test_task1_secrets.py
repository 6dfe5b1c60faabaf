"""Secrets in every place that the brief names, and what the processes write."""

from grader.checkpoint import check, expect_that


@check("logs.secrets", seconds=240)
def test_no_secret_in_what_the_processes_write(platform, provoke, no_canary):
    """Whatever happens, what the server and a worker write holds no secret that they were sent."""
    it = platform()
    worker = it.worker()
    canaries = provoke(it)
    failed = [line for line in it.lines("request") if line.get("status") == 500]
    expect_that(len(failed) >= 2, expected="log lines of the requests that failed", observed=f"{len(failed)} lines")
    server = it.web.place.server.output().decode("utf-8", "replace")
    no_canary({"the server's output": server, "the worker's output": worker.output()}, canaries)
