"""Who may read `/metrics`, what is always there, and what it says without Redis."""

import time

from grader.checkpoint import check, expect, expect_that

PLAIN = {"X-Forwarded-Proto": ""}
QUEUES = ("comments", "mail", "analytics", "dead")
LATEST_S = 5.0


@check("metrics.endpoint", seconds=90)
def test_what_is_there_from_the_start(platform, read_metrics):
    """Counters without labels and with known ones, four queues, and the metrics of django-prometheus are there."""
    it = platform()
    it.web.get("/posts/").expect(200)
    seen = read_metrics(it)
    wanted = [
        *(("platform_logins_total", {"outcome": one}) for one in ("succeeded", "failed", "locked_out")),
        *(("platform_comments_moderated_total", {"decision": one}) for one in ("approved", "rejected")),
        *(("platform_queue_depth", {"queue": one}) for one in QUEUES),
        ("platform_posts_published_total", {}),
        ("platform_comments_submitted_total", {}),
    ]
    missing = [f"{name}{labels or ''}" for name, labels in wanted if not seen.has(name, **labels)]
    expect(missing, equal_to=[], because="each is there with 0 before anything has happened")
    for prefix in ("django_http_", "django_db_", "django_cache_"):
        there = any(name.startswith(prefix) for name in seen.names())
        expect_that(there, expected=f"metrics of django-prometheus, `{prefix}…`", observed="none")


@check("metrics.endpoint", seconds=90)
def test_who_may_read_it(platform):
    """Private addresses read it; others, and whoever comes with `X-Forwarded-For`, get 404."""
    it = platform()

    def ask(client, **headers):
        return it.web.get("/metrics", version=None, client=client, headers={**PLAIN, **headers})

    for client in ("127.0.0.1", "10.20.30.40", "172.31.0.9", "192.168.7.7", "fc00::7"):
        ask(client).expect(200, because=f"{client} is in METRICS_NETWORKS")
        ask(client, **{"X-Forwarded-For": client}).expect(404, because="it came through a proxy")
    for client in ("203.0.113.9", "172.32.0.1", "2001:db8::1"):
        ask(client).expect(404, because=f"{client} is outside of METRICS_NETWORKS")


@check("metrics.endpoint", seconds=90)
def test_networks_are_a_variable(platform, rng):
    """`METRICS_NETWORKS` says who reads it, in place of the networks that are the default."""
    inside = rng.randrange(1, 120)
    it = platform(env={"METRICS_NETWORKS": "198.51.100.0/25,2001:db8::/32"})
    for client, status in (
        (f"198.51.100.{inside}", 200),
        ("2001:db8::77", 200),
        (f"198.51.100.{inside + 128}", 404),
        ("127.0.0.1", 404),
        ("10.20.30.40", 404),
    ):
        answer = it.web.get("/metrics", version=None, client=client, headers=PLAIN)
        answer.expect(status, because=f"{client} asks, and METRICS_NETWORKS is 198.51.100.0/25 and 2001:db8::/32")


@check("metrics.endpoint", seconds=90)
def test_without_redis(platform, read_metrics):
    """With Redis away it answers within 5 seconds, without a sample of `platform_queue_depth`."""
    it = platform()
    expect("platform_queue_depth" in read_metrics(it).names(), equal_to=True)
    it.web.cut("redis")
    for _ in range(2):
        began = time.monotonic()
        seen = read_metrics(it)
        took = time.monotonic() - began
        expect_that(
            took < LATEST_S, expected=f"an answer within {LATEST_S:g} s without Redis", observed=f"{took:.1f} s"
        )
        expect("platform_queue_depth" in seen.names(), equal_to=False, because="nobody knows how many wait")
        expect_that(
            seen.has("platform_posts_published_total"), expected="the counters without Redis too", observed="none"
        )
