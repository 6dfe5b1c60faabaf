"""Task 4, probes: the plain cases, each with real services."""

from grader.checkpoint import check

HTTP = {"Host": "example.org"}
# What a probe answers is asked over HTTPS, so that a redirect of plain HTTP fails env.probe-manners alone.
HTTPS = HTTP | {"X-Forwarded-Proto": "https"}


@check("env.healthz", seconds=60)
def test_healthz_after_the_start(site):
    """`/healthz` answers 200 within 30 seconds of the start."""
    site.ready_within(30, "/healthz", headers=HTTPS)
    answer = site.get("/healthz", headers=HTTPS)
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@check("env.live", seconds=60)
def test_live(ready_site):
    """`/live` answers 200 with `{"status": "ok"}`."""
    answer = ready_site.get("/live", headers=HTTPS)
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@check("env.ready", seconds=60)
def test_ready(ready_site):
    """`/ready` answers 200 and names both checks."""
    answer = ready_site.get("/ready", headers=HTTPS)
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "checks": {"database": "ok", "cache": "ok"}})


@check("env.ready-outage", seconds=60)
def test_ready_without_redis(ready_site, services):
    """`/ready` answers 503 when Redis is away."""
    services.redis.down()
    assert ready_site.get("/ready", headers=HTTPS).status_code == 503


@check("env.healthz-outage", seconds=60)
def test_healthz_without_the_database(ready_site, services):
    """`/healthz` answers 503 when PostgreSQL is away."""
    services.postgres.down()
    assert ready_site.get("/healthz", headers=HTTPS).status_code == 503


@check("env.probe-manners", seconds=60)
def test_no_answer_is_stored(ready_site):
    """A probe's answer says `Cache-Control: no-store`."""
    for path in ("/live", "/ready", "/healthz"):
        assert "no-store" in ready_site.get(path, headers=HTTP).header("Cache-Control").lower()
