"""Task 4, probes: with services taken down and brought back."""

import time

import pytest

from grader.checkpoint import check

HTTP = {"Host": "example.org"}
UNAVAILABLE = {"status": "unavailable"}
SERVICES = {"database": "postgres", "cache": "redis"}
WORDS = {True: "ok", False: "unavailable"}


def ask(site, path):
    """Status and content of a probe's answer."""
    answer = site.get(path, headers=HTTP)
    return answer.status_code, answer.json()


def soon(site, path, *, seconds=10):
    """The status of a probe, asked until it is 200 or the time is over."""
    ends = time.monotonic() + seconds
    while (status := site.get(path, headers=HTTP).status_code) != 200 and time.monotonic() < ends:
        time.sleep(0.2)
    return status


def readiness(*, database=True, cache=True):
    """What /ready has to answer."""
    whole = database and cache
    body = {"status": WORDS[whole], "checks": {"database": WORDS[database], "cache": WORDS[cache]}}
    return (200 if whole else 503), body


@check("env.healthz", seconds=60)
def test_healthz_is_json(ready_site):
    """`/healthz` answers JSON, every time."""
    answers = [ready_site.get("/healthz", headers=HTTP) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200] * 5
    assert "application/json" in answers[0].header("Content-Type")
    assert answers[0].json() == {"status": "ok"}


@check("env.healthz-outage", seconds=90)
def test_healthz_and_the_database(ready_site, services):
    """`/healthz` says 503 while PostgreSQL is away, and 200 again within ten seconds of its return."""
    assert ask(ready_site, "/healthz") == (200, {"status": "ok"})
    services.postgres.down()
    assert [ask(ready_site, "/healthz") for _ in range(3)] == [(503, UNAVAILABLE)] * 3
    services.postgres.up()
    assert soon(ready_site, "/healthz") == 200


@check("env.healthz-outage", seconds=90)
def test_healthz_while_the_database_is_silent(ready_site):
    """`/healthz` says 503 within ten seconds while PostgreSQL takes connections and stays silent, and recovers."""
    assert ask(ready_site, "/healthz") == (200, {"status": "ok"})
    ready_site.silence("postgres")
    assert ask(ready_site, "/healthz") == (503, UNAVAILABLE)
    ready_site.restore("postgres")
    assert soon(ready_site, "/healthz") == 200


@check("env.live", seconds=60)
def test_live_while_services_are_silent(ready_site):
    """`/live` answers while PostgreSQL and Redis take connections and stay silent."""
    ready_site.silence("postgres", "redis")
    assert [ask(ready_site, "/live") for _ in range(2)] == [(200, {"status": "ok"})] * 2


@check("env.healthz-outage", seconds=60)
def test_healthz_does_not_mind_the_cache(ready_site, services):
    """`/healthz` says 200 while Redis is away."""
    ready_site.silence("redis")
    assert ask(ready_site, "/healthz") == (200, {"status": "ok"})
    services.redis.down()
    assert ask(ready_site, "/healthz") == (200, {"status": "ok"})


@check("env.live", seconds=60)
def test_live_without_anything(ready_site, services):
    """`/live` says 200 while PostgreSQL and Redis are away."""
    services.postgres.down()
    services.redis.down()
    assert [ask(ready_site, "/live") for _ in range(3)] == [(200, {"status": "ok"})] * 3


@check("env.ready", seconds=60)
def test_ready_is_json(ready_site):
    """`/ready` answers JSON with both checks, every time."""
    assert "application/json" in ready_site.get("/ready", headers=HTTP).header("Content-Type")
    assert [ask(ready_site, "/ready") for _ in range(3)] == [readiness()] * 3


@check("env.ready-outage", seconds=90)
@pytest.mark.parametrize("silent", [("database",), ("cache",), ("database", "cache")], ids="+".join)
def test_ready_while_services_are_silent(ready_site, silent):
    """`/ready` says 503 within ten seconds while a service takes connections and stays silent, and recovers."""
    assert ask(ready_site, "/ready") == readiness()
    names = [SERVICES[name] for name in silent]
    ready_site.silence(*names)
    assert ask(ready_site, "/ready") == readiness(**dict.fromkeys(silent, False))
    ready_site.restore(*names)
    assert soon(ready_site, "/ready") == 200


@check("env.ready-outage", seconds=90)
@pytest.mark.parametrize("away", ["database", "cache"])
def test_ready_says_what_is_away(ready_site, services, away):
    """`/ready` says 503 and names what is away, and is right again within ten seconds of its return."""
    service = {"database": services.postgres, "cache": services.redis}[away]
    assert ask(ready_site, "/ready") == readiness()
    service.down()
    assert [ask(ready_site, "/ready") for _ in range(3)] == [readiness(**{away: False})] * 3
    service.up()
    assert soon(ready_site, "/ready") == 200
    assert ask(ready_site, "/ready") == readiness()


@check("env.ready-outage", seconds=60)
def test_ready_without_both(ready_site, services):
    """`/ready` names both when both are away."""
    services.postgres.down()
    services.redis.down()
    assert ask(ready_site, "/ready") == readiness(database=False, cache=False)


@check("env.probe-manners", seconds=60)
def test_manners(ready_site):
    """A probe answers plain HTTP from allowed hosts without a redirect, and a strange host with 400."""
    for path in ("/live", "/ready", "/healthz"):
        answer = ready_site.get(path, headers=HTTP)
        assert (answer.status_code, "no-store" in answer.header("Cache-Control")) == (200, True)
        assert ready_site.get(path, headers=HTTP | {"X-Forwarded-Proto": "https"}).status_code == 200
        assert ready_site.get(path, headers={"Host": "evil.example"}).status_code == 400


@check("env.probe-manners", seconds=60)
def test_bad_news_is_not_stored_either(ready_site, services):
    """A probe's bad news says `Cache-Control: no-store` too."""
    services.postgres.down()
    for path in ("/ready", "/healthz"):
        answer = ready_site.get(path, headers=HTTP)
        assert "no-store" in answer.header("Cache-Control")
