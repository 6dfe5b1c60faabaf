"""Task 4, probes: with services taken down and brought back."""

import time

import pytest

from grader.checkpoint import Failed, check, expect_that

HTTP = {"Host": "example.org"}
# What a probe answers is asked over HTTPS, so that a redirect of plain HTTP fails env.probe-manners alone.
HTTPS = HTTP | {"X-Forwarded-Proto": "https"}
UNAVAILABLE = {"status": "unavailable"}
SERVICES = {"database": "postgres", "cache": "redis"}
AT_ONCE_S = 1.0  # without a question it takes milliseconds; one that is not answered, at least two seconds
WORDS = {True: "ok", False: "unavailable"}


def ask(site, path):
    """Status and content of a probe's answer, which has to be JSON."""
    answer = site.get(path, headers=HTTPS)
    content = answer.json()
    assert "application/json" in answer.header("Content-Type")
    return answer.status_code, content


def several(site, path):
    """The different answers of a probe that is asked eight times, so that each worker is; fewer if it takes long."""
    ends, times, answers = time.monotonic() + 15, 0, []
    while times < 3 or (times < 8 and time.monotonic() < ends):
        answer, times = ask(site, path), times + 1
        answers += [] if answer in answers else [answer]
    return answers


def soon(site, path, *, seconds=10):
    """The status of a probe, asked until it is 200 eight times in a row, or the time is over."""
    ends, well = time.monotonic() + seconds, 0
    while True:
        status = site.get(path, headers=HTTPS).status_code
        well = well + 1 if status == 200 else 0
        if well == 8 or (not well and time.monotonic() > ends):
            return status
        time.sleep(0 if well else 0.2)


def readiness(*, database=True, cache=True):
    """What /ready has to answer."""
    whole = database and cache
    body = {"status": WORDS[whole], "checks": {"database": WORDS[database], "cache": WORDS[cache]}}
    return (200 if whole else 503), body


@check("env.healthz", seconds=60)
def test_healthz_is_json(ready_site):
    """`/healthz` answers JSON, every time."""
    assert [ask(ready_site, "/healthz") for _ in range(5)] == [(200, {"status": "ok"})] * 5


@check("env.live", seconds=60)
def test_live_is_json(ready_site):
    """`/live` answers JSON, every time."""
    assert [ask(ready_site, "/live") for _ in range(3)] == [(200, {"status": "ok"})] * 3


@check("env.healthz-outage", seconds=90)
def test_healthz_and_the_database(ready_site, services):
    """`/healthz` says 503 while PostgreSQL is away, and 200 again within ten seconds of its return."""
    assert several(ready_site, "/healthz") == [(200, {"status": "ok"})]
    services.postgres.down()
    assert several(ready_site, "/healthz") == [(503, UNAVAILABLE)]
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
    """`/live` answers at once while PostgreSQL and Redis take connections and stay silent: it does not ask them."""
    ready_site.silence("postgres", "redis")
    taken = []
    for _ in range(3):
        began = time.monotonic()
        assert ask(ready_site, "/live") == (200, {"status": "ok"})
        taken.append(time.monotonic() - began)
    expect_that(
        min(taken) < AT_ONCE_S,
        expected="an answer that waits for no service",
        observed=f"the quickest of {len(taken)} took {min(taken):.1f} s",
    )


@check("env.healthz-outage", seconds=60)
def test_healthz_does_not_mind_the_cache(ready_site, services):
    """`/healthz` says 200 while Redis is away."""
    ready_site.silence("redis")
    assert ask(ready_site, "/healthz") == (200, {"status": "ok"})
    services.redis.down()
    assert ask(ready_site, "/healthz") == (200, {"status": "ok"})


@pytest.fixture
def bare_site(serve, production):
    """The production layer on a database that has no tables yet; answers by now."""
    env = {name: production[name] for name in ("SECRET_KEY", "ALLOWED_HOSTS")}
    server = serve(settings="config.settings.production", env=env, migrate=False)
    server.request("GET", "/live", headers=HTTP, within_s=30)
    return server


@check("env.healthz-outage", seconds=60)
def test_healthz_before_the_migrations(bare_site):
    """`/healthz` says 200 when the database answers, also before `migrate` has made its tables."""
    assert ask(bare_site, "/healthz") == (200, {"status": "ok"})


@pytest.fixture
def lost_site(serve, load, production):
    """The production layer whose variables name places where nobody answers; None if it does not start like that."""
    settings = load("config.settings.production", env=production)
    database, cache = settings.DATABASES["default"], settings.CACHES["default"]
    if str(database.get("PORT")) != "5999" or "6999" not in str(cache.get("LOCATION")):
        return None  # that fails env.variables
    server = serve(settings="config.settings.production", env=production, migrate=False)
    try:
        server.request("GET", "/live", headers=HTTP, within_s=30)
    except Failed:  # whether it starts without its services is its own affair
        return None
    return server


@check("env.healthz-outage", seconds=60)
def test_healthz_asks_what_the_variable_names(lost_site):
    """`/healthz` asks the database of `DATABASE_URL`, and no other."""
    if lost_site:
        assert ask(lost_site, "/healthz") == (503, UNAVAILABLE)


@check("env.ready-outage", seconds=60)
def test_ready_asks_what_the_variables_name(lost_site):
    """`/ready` asks the database of `DATABASE_URL` and the cache of `REDIS_URL`, and no others."""
    if lost_site:
        assert ask(lost_site, "/ready") == readiness(database=False, cache=False)


@check("env.live", seconds=60)
def test_live_without_anything(ready_site, services):
    """`/live` says 200 while PostgreSQL and Redis are away."""
    services.postgres.down()
    services.redis.down()
    assert [ask(ready_site, "/live") for _ in range(3)] == [(200, {"status": "ok"})] * 3


@check("env.ready", seconds=60)
def test_ready_is_json(ready_site):
    """`/ready` answers JSON with both checks, every time."""
    assert [ask(ready_site, "/ready") for _ in range(3)] == [readiness()] * 3


@check("env.ready", seconds=60)
def test_ready_without_redis_url(serve, load, production):
    """With an empty `REDIS_URL` the cache of `/ready` is the local one, in development: it answers."""
    env = {"SECRET_KEY": production["SECRET_KEY"], "ALLOWED_HOSTS": "localhost", "REDIS_URL": ""}
    if "locmem" not in load("config.settings.development", env=env).CACHES["default"]["BACKEND"]:
        return  # that fails env.variables
    server = serve(settings="config.settings.development", env=env)
    local = HTTPS | {"Host": "localhost"}
    server.request("GET", "/live", headers=local, within_s=30)
    cache = server.get("/ready", headers=local).json()["checks"]["cache"]
    assert cache == "ok"


def restart(site, *services):
    """Has everything that the server is connected to go and come back while nobody asks; ten seconds later."""
    for _ in range(8):  # until each worker has asked, and holds what it holds
        site.get("/ready", headers=HTTPS)
    for service in services:
        service.down()
        service.up()
    time.sleep(10)


@check("env.healthz-outage", seconds=90)
def test_healthz_after_a_restart_that_nobody_saw(ready_site, services):
    """`/healthz` is right ten seconds after a restart of PostgreSQL during which nobody asked."""
    restart(ready_site, services.postgres)
    assert [ask(ready_site, "/healthz") for _ in range(8)] == [(200, {"status": "ok"})] * 8


@check("env.ready-outage", seconds=60)
def test_ready_before_the_migrations(bare_site):
    """`/ready` says 200 when database and cache answer, also before `migrate` has made its tables."""
    assert ask(bare_site, "/ready") == readiness()


@check("env.ready-outage", seconds=90)
def test_ready_after_a_restart_that_nobody_saw(ready_site, services):
    """`/ready` is right ten seconds after a restart of both services during which nobody asked."""
    restart(ready_site, services.postgres, services.redis)
    assert [ask(ready_site, "/ready") for _ in range(8)] == [readiness()] * 8


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
    assert several(ready_site, "/ready") == [readiness()]
    service.down()
    assert several(ready_site, "/ready") == [readiness(**{away: False})]
    service.up()
    assert soon(ready_site, "/ready") == 200
    assert several(ready_site, "/ready") == [readiness()]


@check("env.ready-outage", seconds=60)
def test_ready_without_both(ready_site, services):
    """`/ready` names both when both are away."""
    services.postgres.down()
    services.redis.down()
    assert ask(ready_site, "/ready") == readiness(database=False, cache=False)


ALLOWED = ("www.example.org", "example.org:8000", "EXAMPLE.org")
STRANGE = ("evil.example", "api.example.org", "localhost", "127.0.0.1:8000", "10.0.0.1", "10.0.0.1:8000", "web")


@check("env.probe-manners", seconds=60)
def test_manners(ready_site):
    """A probe answers plain HTTP from allowed hosts without a redirect, and a strange host with 400."""
    known = {  # what every other page says of a host; where that is wrong, env.hosts fails
        host: ready_site.get("/admin/login/", headers=HTTPS | {"Host": host}).status_code for host in ALLOWED + STRANGE
    }
    for path in ("/live", "/ready", "/healthz"):
        for headers in (HTTP, HTTPS, HTTP | {"X-Forwarded-Proto": "http"}):
            answer = ready_site.get(path, headers=headers)
            assert (answer.status_code, "no-store" in answer.header("Cache-Control").lower()) == (200, True)
            for host, status in known.items():
                if (host in STRANGE) == (status == 400):
                    found = ready_site.get(path, headers=headers | {"Host": host}).status_code
                    wanted = 400 if host in STRANGE else 200
                    expect_that(found == wanted, expected=f"{wanted} from {path} to the host {host}", observed=found)
        assert ready_site.get(f"{path}?verbose=1", headers=HTTP).status_code == 200


@check("env.probe-manners", seconds=60)
@pytest.mark.parametrize("away", ["database", "cache"])
def test_bad_news_is_not_stored_either(ready_site, services, away):
    """A probe's bad news says `Cache-Control: no-store` too, over plain HTTP as well."""
    {"database": services.postgres, "cache": services.redis}[away].down()
    for path in ("/ready", "/healthz"):
        for headers in (HTTP, HTTPS):
            answer = ready_site.get(path, headers=headers)
            if answer.status_code == 503:
                assert "no-store" in answer.header("Cache-Control").lower()
            assert answer.status_code not in (301, 302, 307, 308)
